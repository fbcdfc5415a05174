import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { containerScript } from './container-script';

const directory = useTempDirectory();

it('TERM that comes after a container has said that it runs, and before its command does, is not lost (D-057)', () => {
  const sandbox = join(directory(), 'sandbox');
  mkdirSync(sandbox);
  const command = { line: 'touch ran; sleep 600' };
  const script = containerScript({ launchId: 'l1', label: 'l1', isolation: 'plain', sandbox, mounts: [], command, environment: [] }, 0);
  const said = 'echo running >&3;';
  expect(script).toContain(said);
  // As the agent does, as soon as it hears of it: to the process group, which is the shell's own here, too.
  const input = script.replace(said, () => `${said} kill -TERM 0;`);
  const { status, stdout } = spawnSync('setsid', ['--wait', '/bin/sh', '-s'], {
    input,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect([status, stdout]).toEqual([143, 'holdfast: running\nholdfast: exit 143\n']);
  expect(existsSync(join(sandbox, 'ran'))).toBe(false);
});
