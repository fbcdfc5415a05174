import { type Dirent, existsSync, type Stats } from 'node:fs';
import { constants, type FileHandle, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';

/**
 * A directory held by its descriptor: whatever tasks do to names meanwhile, what is reached through it lies in it. Where there is no
 * /proc, names lead the way as usual.
 */
export class HeldDirectory {
  private constructor(
    private readonly handle: FileHandle,
    /** For messages; the name under which it was found. */
    readonly path: string,
  ) {}

  /** Throws ENOTDIR or ELOOP for what is no directory, such as a link to one; links further up are followed. */
  static async open(path: string): Promise<HeldDirectory> {
    return new HeldDirectory(await open(path, AS_DIRECTORY), path);
  }

  /** A directory in this one; faults name its path. */
  async child(name: Buffer): Promise<HeldDirectory> {
    const path = join(this.path, name.toString());
    return new HeldDirectory(await namingFaults(path, () => open(this.placeOf(name), AS_DIRECTORY)), path);
  }

  stat(): Promise<Stats> {
    return this.handle.stat();
  }

  /** -1 leaves the user or the group as it is. */
  chown(uid: number, gid: number): Promise<void> {
    return namingFaults(this.path, () => this.handle.chown(uid, gid));
  }

  chmod(mode: number): Promise<void> {
    return namingFaults(this.path, () => this.handle.chmod(mode));
  }

  /** What is in it. Names are bytes: a task may choose some that are no text. */
  async *entries(): AsyncGenerator<Dirent<Buffer>> {
    const directory = await namingFaults(this.path, () => opendir(this.place(), { encoding: 'buffer' as BufferEncoding }));
    for await (const entry of directory) yield entry as unknown as Dirent<Buffer>;
  }

  /** Does something to an entry by a path for system calls that do not follow links; faults name its path. */
  on<T>(name: Buffer, act: (place: Buffer) => Promise<T>): Promise<T> {
    return namingFaults(join(this.path, name.toString()), () => act(this.placeOf(name)));
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private place(): string {
    return HAS_DESCRIPTORS ? `/proc/self/fd/${this.handle.fd}` : this.path;
  }

  private placeOf(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.place()}/`), name]);
  }
}

const HAS_DESCRIPTORS = existsSync('/proc/self/fd');

const AS_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** The number of a descriptor tells people nothing. */
async function namingFaults<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (fault) {
    if (types.isNativeError(fault) && 'path' in fault) fault.path = path;
    throw fault;
  }
}
