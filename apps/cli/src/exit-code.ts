/** What the shell is told. */
export const EXIT = {
  ok: 0,
  /** The answer was no, the demo found a difference, or ledger, master and agents disagree. */
  refused: 1,
  /** The command line was wrong. */
  usage: 2,
  /** The master could not be reached. */
  unreachable: 3,
  /** `verify` and `repair`: no difference was found, but something could not be compared. */
  notCompared: 4,
  interrupted: 130,
  /** Nobody reads the output any more. */
  pipeClosed: 141,
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
