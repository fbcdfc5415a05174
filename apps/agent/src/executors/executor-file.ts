import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LaunchId } from '@holdfast/core/base';
import { replaceFile } from '../files';
import { encodeExecutor, type KeptExecutor } from './executor-record';

export const RECORD = '.executor';

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

  constructor(
    directory: string,
    runId: LaunchId,
    private readonly onFault: (fault: unknown) => void,
  ) {
    this.path = join(directory, `${runId}${RECORD}`);
    this.log = join(directory, `${runId}.log`);
  }

  /** Throws the system's error. */
  async create(kept: KeptExecutor): Promise<void> {
    await replaceFile(this.path, encodeExecutor(kept));
  }

  /** Resolves when it is written; a disk that does not take it is told to `onFault`, and costs no executor. */
  save(kept: KeptExecutor): Promise<void> {
    const content = encodeExecutor(kept);
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

  private next(work: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(work).catch(this.onFault);
    return this.tail;
  }
}
