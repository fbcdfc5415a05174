import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { startGuard } from './guard';

const lives = (pid: number) => spawnSync('kill', ['-0', String(pid)], { stdio: 'ignore' }).status === 0;

/** A supervisor of one service, as a process of its own that can be killed. */
const SUPERVISOR = buildSync({
  stdin: {
    contents: `
      import { spawn } from 'node:child_process';
      import { startGuard } from './guard';
      const guard = startGuard({ graceMs: Number(process.argv[2]) });
      const service = spawn('/bin/sh', ['-c', process.argv[1]], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] });
      guard.watch(service.pid);
      process.stdout.write(service.pid + '\\n');
      setInterval(() => undefined, 1000);
    `,
    resolveDir: join(__dirname),
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  write: false,
}).outputFiles[0]?.text;

function startSupervisor(
  service: string,
  graceMs = 200,
): {
  readonly child: ChildProcess;
  readonly servicePid: Promise<number>;
  readonly allGone: Promise<unknown>;
  /** Resolves when the supervisor or its service has printed the word. */
  readonly untilSays: (word: string) => Promise<unknown>;
} {
  const child = spawn(process.execPath, ['-e', SUPERVISOR ?? '', service, String(graceMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.on('data', (data: Buffer) => {
    said += data.toString();
    child.emit('said');
  });
  return {
    child,
    untilSays: (word) =>
      new Promise<void>((resolve) => {
        const look = () => (said.includes(word) ? resolve() : void child.once('said', look));
        look();
      }),
    servicePid: new Promise((resolve) => {
      const look = () => {
        const line = /^(\d+)\n/m.exec(said)?.[1];
        if (line === undefined) child.once('said', look);
        else resolve(Number(line));
      };
      look();
    }),
    // The service holds the same pipe: it closes when both are gone.
    allGone: new Promise((resolve) => child.once('close', resolve)),
  };
}

describe('the guard', () => {
  it('ends the services of a supervisor that was killed with SIGKILL', async () => {
    const { child, servicePid, allGone } = startSupervisor('exec sleep 60');
    expect(lives(await servicePid)).toBe(true);
    child.kill('SIGKILL');
    await allGone;
  });

  it('asks first, so that a service can end in order', async () => {
    const { child, servicePid, allGone, untilSays } = startSupervisor(
      "trap 'echo asked; exit' TERM; echo armed; while :; do sleep 0.1; done",
      60_000,
    );
    await untilSays('armed');
    // The supervisor says the pid once its guard has it; before that nobody would ask the service to end.
    await servicePid;
    child.kill('SIGKILL');
    await untilSays('asked');
    await allGone;
  });

  it('makes those end that do not end when asked', async () => {
    const { child, servicePid, allGone } = startSupervisor("trap '' TERM; while :; do sleep 0.1; done");
    await servicePid;
    child.kill('SIGKILL');
    await allGone;
  });

  it('leaves alone what it was told to forget, and everything once dismissed', async () => {
    const guard = startGuard({ graceMs: 100 });
    const services = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
    const pids = services.map(({ pid }) => pid ?? 0);
    for (const pid of pids) guard.watch(pid);
    guard.forget(pids[0] ?? 0);
    await guard.dismiss();
    expect(pids.map(lives)).toEqual([true, true]);
    for (const service of services) service.kill();
  });
});
