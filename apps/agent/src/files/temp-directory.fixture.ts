import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeControlGroups, storeIdsBelow } from './control-groups.fixture';

/** For tests: a directory of its own for each, removed afterwards; so is, in the end, what killed agents have left of their control groups. */
export function useTempDirectory(): () => string {
  let directory = '';
  const storeIds: string[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-'));
    chmodSync(directory, 0o755);
  });
  afterEach(() => {
    if (existsSync(directory)) storeIds.push(...storeIdsBelow(directory));
    rmSync(directory, { recursive: true, force: true });
  });
  // Only then the last process of every test is gone.
  afterAll(() => storeIds.forEach(removeControlGroups));
  return () => directory;
}

export interface SmallDisk {
  /** Until there is no room for another page. */
  fill(): void;
  makeRoom(): void;
  makeReadOnly(): void;
  makeWritable(): void;
  unmount(): void;
}

/** For tests: a file system of a size on a directory, to be filled up or made read-only for real. */
export function mountSmallDisk(directory: string, sizeKb: number): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'holdfast-test', directory]);
  const ballast = join(directory, 'ballast');
  return {
    fill: () => {
      try {
        for (;;) appendFileSync(ballast, 'x'.repeat(4096));
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'ENOSPC') throw fault;
      }
    },
    makeRoom: () => rmSync(ballast),
    makeReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', directory]),
    makeWritable: () => execFileSync('mount', ['-o', 'remount,rw', directory]),
    unmount: () => execFileSync('umount', ['-l', directory]),
  };
}
