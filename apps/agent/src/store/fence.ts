import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Epoch, Revision } from '@holdfast/core/base';
import { checksum, readIfPresent, syncDirectory } from '../files';
import { StartFault } from './start-fault';
import type { WorkDir } from './work-dir';

interface Seen {
  readonly epoch: Epoch;
  readonly revision: Revision;
}

/** One sector, so that the two slots do not tear together. */
const SLOT_BYTES = 512;

/**
 * The highest epoch and the highest ledger revision that this agent has been told. By the first it refuses a master of the past, by the
 * second the ledger finds out that it has lost writes (architecture section 6). Both survive the agent.
 *
 * The file has two slots, written in turn and in place: a crash spoils one at most, and a task that has filled the disk does not keep
 * the agent from following a new master.
 */
export class Fence {
  private tail: Promise<void> = Promise.resolve();
  private isRevisionBehind = false;
  private nextSlot: 0 | 1 = 0;

  private constructor(
    private readonly file: FileHandle,
    private seen: Seen,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  /** `onFault` hears of revisions that could not be written; an epoch that could not be is the caller's to handle. */
  static async open(dir: WorkDir, onFault: (fault: unknown) => void): Promise<Fence> {
    const path = join(dir.meta, 'fence');
    const text = await readIfPresent(path);
    const known = text === undefined ? undefined : parse(path, text);
    const seen = known ?? { epoch: 0, revision: 0 };
    const file = await open(path, known ? 'r+' : 'w+', 0o600);
    const fence = new Fence(file, seen, onFault);
    // Both slots, so that all the room is taken and each holds what is known.
    await fence.write(seen);
    await fence.write(seen);
    await syncDirectory(dirname(path));
    return fence;
  }

  get highestEpoch(): Epoch {
    return this.seen.epoch;
  }

  get ledgerRevision(): Revision {
    return this.seen.revision;
  }

  /** True if this epoch may act. A higher one is on the disk before it does; throws if it cannot be put there. */
  async admit(epoch: Epoch): Promise<boolean> {
    if (epoch > this.seen.epoch) await this.write({ epoch, revision: this.seen.revision });
    return epoch >= this.seen.epoch;
  }

  /** Remembers a revision. Written behind, many at once: the newest may be lost to a power cut, never to the end of the process alone. */
  learnRevision(revision: Revision): void {
    if (revision <= this.seen.revision) return;
    this.seen = { ...this.seen, revision };
    if (this.isRevisionBehind) return;
    this.isRevisionBehind = true;
    void this.write(this.seen).catch(this.onFault);
  }

  /** Resolves when all that was learned has been written. */
  async close(): Promise<void> {
    await this.tail;
    await this.file.close();
  }

  private write(atLeast: Seen): Promise<void> {
    const written = this.tail.then(async () => {
      this.isRevisionBehind = false;
      const epoch = Math.max(atLeast.epoch, this.seen.epoch);
      const revision = Math.max(atLeast.revision, this.seen.revision);
      await this.file.write(slotOf({ epoch, revision }), this.nextSlot * SLOT_BYTES, 'utf8');
      await this.file.sync();
      this.nextSlot = this.nextSlot === 0 ? 1 : 0;
      this.seen = { epoch, revision: Math.max(revision, this.seen.revision) };
    });
    this.tail = written.catch(() => undefined);
    return written;
  }
}

function slotOf({ epoch, revision }: Seen): string {
  const content = `${epoch} ${revision}`;
  return `${content} ${checksum(content)}`.padEnd(SLOT_BYTES - 1) + '\n';
}

/** Undefined: too short for even one slot, as a first start leaves it that was cut off there; nothing was ever admitted. */
function parse(path: string, text: string): Seen | undefined {
  const slots = [text.slice(0, SLOT_BYTES), text.slice(SLOT_BYTES)].map(parseSlot).filter((slot) => slot !== undefined);
  if (slots.length === 0 && text.length < 2 * SLOT_BYTES) return undefined;
  if (slots.length === 0) {
    throw new StartFault(
      `${path} cannot be read. It keeps an overthrown master from acting on this agent: restore it from a copy; if there is none, make sure that only one master runs and remove it.`,
    );
  }
  return { epoch: Math.max(...slots.map(({ epoch }) => epoch)), revision: Math.max(...slots.map(({ revision }) => revision)) };
}

function parseSlot(slot: string): Seen | undefined {
  const [, content, sum] = /^(\d+ \d+) ([0-9a-f]{64}) *\n?$/.exec(slot) ?? [];
  if (content === undefined || sum !== checksum(content)) return undefined;
  const [epoch, revision] = content.split(' ').map(Number);
  return { epoch: epoch!, revision: revision! };
}
