import type { FilePart } from './agent-client';

/** A file that a task writes and its agent may set aside and begin anew: `<name>.1` is then what was there. */
export interface LogSource {
  /** Undefined: there is no such file (yet). */
  read(file: string, offset: number, length?: number): Promise<FilePart | undefined>;
}

export interface LogWish {
  /** `stdout` or `stderr`. */
  readonly file: string;
  /** Only the last lines; undefined: all that is there. */
  readonly lines: number | undefined;
}

export interface LogListener {
  onBytes(bytes: Buffer): Promise<void>;
  /** The file was set aside, and what had not been read of it could not be found any more. */
  onGap(): void;
}

const CHUNK_BYTES = 64 * 1024;
/** So much of what was read last tells where it goes on in a file that was set aside. */
const REMEMBERED_BYTES = 4096;
const COMPARED_BYTES = 64;
const NEWLINE = 0x0a;

/** Reads a log from its beginning, or its last lines, and then what is added, across rotation (copied to `.1`, then cut to nothing). */
export class LogReader {
  private offset: number | undefined;
  private last: Buffer = Buffer.alloc(0);

  constructor(
    private readonly source: LogSource,
    private readonly wish: LogWish,
    private readonly listener: LogListener,
  ) {}

  /** Everything that is there now. False: there was nothing new; undefined: there is no file. */
  async catchUp(): Promise<boolean | undefined> {
    const { file } = this.wish;
    const found = await this.source.read(file, 0, 0);
    if (!found) return undefined;
    this.offset ??= await this.begin(found.size);
    let isNew = false;
    if (found.size < this.offset || (found.size > this.offset && !(await this.isSameFile(this.offset)))) {
      await this.readSetAside();
      this.offset = 0;
      isNew = true;
    }
    // No further than it reached: a task may write faster than this reads.
    while (this.offset < found.size) {
      const part = await this.source.read(file, this.offset, Math.min(CHUNK_BYTES, found.size - this.offset));
      if (!part || part.data.length === 0) break;
      this.offset += part.data.length;
      await this.hand(part.data);
      isNew = true;
    }
    return isNew;
  }

  private async begin(size: number): Promise<number> {
    const { file, lines } = this.wish;
    if (lines === undefined) return 0;
    const offset = await lastLines((at, length) => this.source.read(file, at, length), size, lines);
    const from = Math.max(0, offset - REMEMBERED_BYTES);
    this.last = (await this.source.read(file, from, offset - from))?.data ?? this.last;
    return offset;
  }

  /** It may have been set aside and have grown longer than before since. */
  private async isSameFile(offset: number): Promise<boolean> {
    const length = Math.min(COMPARED_BYTES, this.last.length, offset);
    if (length === 0) return true;
    const part = await this.source.read(this.wish.file, offset - length, length);
    return part?.data.equals(this.last.subarray(-length)) === true;
  }

  private async hand(data: Buffer): Promise<void> {
    this.last = Buffer.concat([this.last, data]).subarray(-REMEMBERED_BYTES);
    await this.listener.onBytes(data);
  }

  /** What was added to the file before it was set aside, found by what was read last of it. */
  private async readSetAside(): Promise<void> {
    const file = `${this.wish.file}.1`;
    const size = (await this.source.read(file, 0, 0))?.size ?? 0;
    let unread: Buffer = Buffer.alloc(0);
    for (let at = size; at > 0;) {
      const from = Math.max(0, at - CHUNK_BYTES);
      const part = await this.source.read(file, from, at - from);
      // It was set aside once more.
      if (part?.data.length !== at - from) break;
      unread = Buffer.concat([part.data, unread]);
      at = from;
      const found = this.last.length === 0 ? -1 : unread.lastIndexOf(this.last);
      if (found >= 0) return this.hand(unread.subarray(found + this.last.length));
    }
    this.last = Buffer.alloc(0);
    this.listener.onGap();
  }
}

/** Where the last lines of a file begin; a line need not be ended to be one. */
export async function lastLines(
  read: (offset: number, length: number) => Promise<FilePart | undefined>,
  size: number,
  lines: number,
): Promise<number> {
  if (lines === 0) return size;
  let wanted = lines;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const data = (await read(start, end - start))?.data ?? Buffer.alloc(0);
    for (let at = data.length - 1; at >= 0; at--) {
      // The end of the last line begins no other.
      if (data[at] !== NEWLINE || start + at === size - 1) continue;
      if (--wanted === 0) return start + at + 1;
    }
    end = start;
  }
  return 0;
}
