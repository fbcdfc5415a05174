/** A disk is not as it should be; the message is one sentence for people. */
export class DiskFault extends Error {
  override readonly name = 'DiskFault';
}
