import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../files';
import { encodeExecutor, type ExecutorHistory, type ExecutorRecord } from './executor-record';

export const RECORD = '.executor';

const NOTHING: ExecutorHistory = { hasSubscribed: false, mounted: [] };

/**
 * What is written down of one run of an executor, replaced as a whole with each change, the newest last. It says what processes there are,
 * which do not outlive a power cut either.
 */
export class ExecutorFile {
  /** Written by the container and its spawner. */
  readonly log: string;
  private readonly path: string;
  private tail: Promise<void> = Promise.resolve();
  private isRemoved = false;
  private known: ExecutorHistory;

  constructor(
    directory: string,
    private readonly record: ExecutorRecord,
    earlier: ExecutorHistory | undefined,
    private readonly onFault: (fault: unknown) => void,
  ) {
    this.path = join(directory, `${record.runId}${RECORD}`);
    this.log = join(directory, `${record.runId}.log`);
    this.known = earlier ?? NOTHING;
  }

  get history(): ExecutorHistory {
    return this.known;
  }

  /** Throws the system's error. */
  async create(): Promise<void> {
    await replaceFile(this.path, this.content);
  }

  /** Known from now on; written down with what is noted next. */
  remember(change: Partial<ExecutorHistory>): void {
    this.known = { ...this.known, ...change };
  }

  /** Resolves when it is written; a disk that does not take it is told to `onFault`, and costs no executor. */
  note(change: Partial<ExecutorHistory>): Promise<void> {
    this.remember(change);
    const { content } = this;
    return this.next(() => (this.isRemoved ? Promise.resolve() : replaceFile(this.path, content)));
  }

  /** The master knows of its end. The record last: without it nobody would know what the log is of. */
  remove(): Promise<void> {
    this.isRemoved = true;
    return this.next(async () => {
      await rm(this.log, { force: true });
      await rm(this.path, { force: true });
    });
  }

  /** Resolves when everything is written. */
  settled(): Promise<void> {
    return this.tail;
  }

  private get content(): string {
    return encodeExecutor({ record: this.record, history: this.known });
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(work).catch(this.onFault);
    return this.tail;
  }
}
