import { Repeater } from '../updates';
import type { ExecutorDeps } from './executor-deps';
import type { ExecutorFile } from './executor-file';
import { type ExecutorRecord, refOf } from './executor-record';

/** The telling of the end of one run of an executor: to the master, until it has confirmed it. */
export class GoneNotice {
  /** It is written down, and on its way. */
  readonly whenSent: Promise<void>;
  private resolveSent!: () => void;
  private readonly repeater: Repeater;
  private hasBegun = false;
  private isDue = false;
  private isSuperseded = false;

  constructor(
    record: ExecutorRecord,
    private readonly file: ExecutorFile,
    { send, settings, world }: Pick<ExecutorDeps, 'send' | 'settings' | 'world'>,
    private readonly onConfirmed: () => void,
  ) {
    const say = () => send({ kind: 'executor_gone', ...refOf(record), ...file.history.gone });
    this.repeater = new Repeater(say, settings.updateRetry, world);
    this.whenSent = new Promise<void>((resolve) => (this.resolveSent = resolve));
  }

  /** It is gone, and so are all its tasks. */
  async send(): Promise<void> {
    if (this.hasBegun) return;
    this.hasBegun = true;
    await this.file.note({ gone: this.file.history.gone ?? {} });
    this.isDue = true;
    if (this.isSuperseded) this.confirm();
    else this.repeater.start();
    this.resolveSent();
  }

  /** A master has registered us and may have missed it. */
  resend(): void {
    if (this.isDue) this.repeater.start();
  }

  confirm(): void {
    if (!this.isDue) return;
    this.repeater.stop();
    void this.file.remove();
    this.onConfirmed();
  }

  /** A new one is started under its id. To say again that this one is gone would be taken for the end of that. */
  supersede(): void {
    this.isSuperseded = true;
    this.confirm();
  }

  /** It is the next agent's. */
  stop(): void {
    this.repeater.stop();
  }
}
