/** The agent may not start like this; the message says why and what to do. */
export class StartFault extends Error {
  override readonly name = 'StartFault';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
