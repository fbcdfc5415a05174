import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextPauseMs, RESTART_POLICY, type RestartPolicy } from './restart-policy';
import { SupervisedProcess, type ProcessEvents } from './supervised-process';

const QUICK: RestartPolicy = { initialMs: 5, maxMs: 20, healthyAfterMs: 60_000 };

const toy = (script: string, policy: RestartPolicy = QUICK) =>
  new SupervisedProcess(
    { name: 'toy', command: '/bin/sh', args: ['-c', script], env: process.env, isServingLine: (line) => line === 'serving' },
    policy,
  );

const next = <K extends keyof ProcessEvents>(supervised: SupervisedProcess, event: K) =>
  new Promise<ProcessEvents[K][0]>((resolve) => (supervised as NodeJS.EventEmitter).once(event, resolve));

const lives = (pid: number) => spawnSync('kill', ['-0', String(pid)], { stdio: 'ignore' }).status === 0;

describe('the pauses between restarts', () => {
  it('double from 0.2 s up to 5 s (architecture 11.8)', () => {
    const pauses = [RESTART_POLICY.initialMs];
    while (pauses.length < 7) pauses.push(nextPauseMs(RESTART_POLICY, pauses.at(-1) ?? 0));
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });
});

describe('SupervisedProcess', () => {
  let supervised: SupervisedProcess;
  afterEach(() => supervised.stop(1000));

  it('starts the program again when it is killed, under a new pid', async () => {
    supervised = toy('echo serving; exec sleep 60');
    const first = next(supervised, 'serving');
    supervised.start();
    const pid = await first;
    const died = next(supervised, 'died');
    const again = next(supervised, 'serving');
    process.kill(pid, 'SIGKILL');

    expect(await died).toEqual({ pid, how: 'SIGKILL', restartInMs: 5 });
    expect(await again).not.toBe(pid);
    expect(supervised.isServing).toBe(true);
  });

  it('waits longer each time when it keeps dying', async () => {
    supervised = toy('exit 3');
    const pauses: number[] = [];
    const four = new Promise<void>((resolve) =>
      supervised.on('died', ({ how, restartInMs }) => {
        expect(how).toBe('exit code 3');
        if (pauses.push(restartInMs) === 4) resolve();
      }),
    );
    supervised.start();
    await four;
    expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 20]);
  });

  it('forgives after it was healthy for a while', async () => {
    supervised = toy('echo serving; exec sleep 60', { initialMs: 5, maxMs: 1000, healthyAfterMs: 0 });
    supervised.start();
    for (let round = 0; round < 3; round++) {
      const pid = await next(supervised, 'serving');
      await new Promise((resolve) => setTimeout(resolve, 5));
      const died = next(supervised, 'died');
      process.kill(pid, 'SIGKILL');
      expect((await died).restartInMs).toBe(5);
    }
  });

  it('does not take another line for the one that says it serves', async () => {
    supervised = toy('echo starting; exec sleep 60');
    const line = next(supervised, 'line');
    supervised.start();
    expect(await line).toBe('starting');
    expect(supervised.isServing).toBe(false);
  });

  it('does not start it again after stop', async () => {
    supervised = toy('echo serving; exec sleep 60');
    const serving = next(supervised, 'serving');
    supervised.start();
    const pid = await serving;
    let deaths = 0;
    supervised.on('died', () => (deaths += 1));
    await supervised.stop(1000);
    expect(deaths).toBe(0);
    expect(supervised.pid).toBeUndefined();
    expect(lives(pid)).toBe(false);
  });

  it('cancels a restart that is due when it is stopped', async () => {
    supervised = toy('exit 1', { initialMs: 30, maxMs: 30, healthyAfterMs: 1 });
    const died = next(supervised, 'died');
    supervised.start();
    await died;
    await supervised.stop(1000);
    let starts = 0;
    supervised.on('started', () => (starts += 1));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(starts).toBe(0);
  });

  it('makes a program end that ignores SIGTERM, and its children with it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-toy-'));
    const fifo = join(dir, 'held-by-the-child');
    execFileSync('mkfifo', [fifo]);
    supervised = toy(`trap '' TERM; sleep 60 > ${fifo} & echo serving; while :; do sleep 60; done`);
    const serving = next(supervised, 'serving');
    supervised.start();
    await serving;
    // Ends when nobody holds the other side any more.
    const held = createReadStream(fifo).resume();
    const childGone = once(held, 'end');
    // A fifo opens only when both ends do: from here on the child holds it.
    await once(held, 'open');
    await supervised.stop(50);
    await childGone;
    await rm(dir, { recursive: true });
  });

  it('leaves nothing of its process group behind when it ends as asked', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-toy-'));
    const fifo = join(dir, 'held-by-the-child');
    execFileSync('mkfifo', [fifo]);
    supervised = toy(`sh -c "trap '' TERM; exec sleep 60" > ${fifo} & echo serving; exec sleep 60`);
    const serving = next(supervised, 'serving');
    supervised.start();
    await serving;
    const held = createReadStream(fifo).resume();
    const childGone = once(held, 'end');
    // A fifo opens only when both ends do: from here on the child holds it.
    await once(held, 'open');
    await supervised.stop(10_000);
    await childGone;
    await rm(dir, { recursive: true });
  });

  it('reports a program that does not exist as dead', async () => {
    supervised = new SupervisedProcess({ name: 'none', command: '/nowhere/none', args: [], env: {}, isServingLine: () => false }, QUICK);
    const died = next(supervised, 'died');
    supervised.start();
    expect((await died).how).toContain('ENOENT');
  });
});
