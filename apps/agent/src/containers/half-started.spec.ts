import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcesses } from '../processes';
import { launchVariable } from './container';
import { useContainers } from './container-bed.fixture';

const programs = mkdtempSync(join(tmpdir(), 'holdfast-programs-'));
afterAll(() => rmSync(programs, { recursive: true, force: true }));
const bed = useContainers(() => [], { PATH: `${programs}:${process.env['PATH']}` });

it('of a container that bwrap cannot get set up nothing is left, as when the disk is too full for its status', async () => {
  // It ends when it cannot write, and leaves the process that was to become process 1.
  writeFileSync(join(programs, 'bwrap'), '#!/bin/sh\nsleep 600 &\necho "bwrap: Write to info_fd: No space left on device" >&2\nexit 1\n');
  chmodSync(join(programs, 'bwrap'), 0o755);
  const { end, spec } = await bed.run({ command: { line: 'true' } });
  expect(end).toEqual({
    kind: 'failed',
    problem: 'the container could not be set up: bwrap: Write to info_fd: No space left on device',
  });
  expect(findProcesses({ variable: launchVariable(spec.launchId) })).toEqual([]);
});
