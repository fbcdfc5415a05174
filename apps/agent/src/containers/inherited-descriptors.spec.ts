import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { compileSpawner } from './compile-spawner.fixture';
import type { SpawnerAnswer, StartRequest } from './spawner-messages';

const directory = useTempDirectory();
const spawner = compileSpawner();
afterAll(() => spawner.remove());

it('what was open where the agent was started does not get into containers', async () => {
  const [secret, logPath] = [join(directory(), 'secret'), join(directory(), 'log')];
  const withDescriptor = ['-c', 'exec 251>"$1"; exec "$2" "$3"', 'bash', secret, process.execPath, spawner.path];
  const child = spawn('bash', withDescriptor, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const request: StartRequest = {
    kind: 'start',
    id: 1,
    program: '/bin/sh',
    args: ['-s'],
    env: { PATH: process.env['PATH'] ?? '' },
    script: 'ls -l /proc/self/fd',
    isHeld: false,
    logPath,
    opened: [],
  };
  const answers = on(child, 'message');
  child.send(request);
  for await (const [answer] of answers as AsyncIterable<[SpawnerAnswer]>) if (answer.kind === 'exited') break;
  child.disconnect();
  await exited;
  const listed = readFileSync(logPath, 'utf8');
  expect(listed).toContain(' 2 -> ');
  expect(listed).not.toContain(secret);
});
