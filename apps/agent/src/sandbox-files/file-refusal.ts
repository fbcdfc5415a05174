/** Why a file is not shown; the message is one sentence for whoever asked. `status` as HTTP has it. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';

  constructor(
    readonly status: 400 | 404 | 501,
    message: string,
  ) {
    super(message);
  }
}
