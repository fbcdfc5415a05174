/** What the shell is told. */
export const EXIT = {
  ok: 0,
  /** The answer was no, or the demo found a difference. */
  refused: 1,
  /** The command line was wrong. */
  usage: 2,
  /** The master could not be reached. */
  unreachable: 3,
  interrupted: 130,
} as const;

/** Ends the command with this code after saying why. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';

  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}
