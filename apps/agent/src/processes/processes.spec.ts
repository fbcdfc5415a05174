import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Bug } from '@holdfast/core/base';
import { eventually } from '@holdfast/testing/eventually';
import { childrenOf, findProcesses, isAlive, markOf, sendSignal } from './index';

const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) sendSignal(pid, 'SIGKILL');
});

async function sleeper(env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn('sleep', ['600'], { env: { PATH: process.env['PATH'], ...env }, detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid!;
  started.push(pid);
  // It has one only a moment after it has become the program.
  await eventually(() => readFileSync(`/proc/${pid}/environ`).length > 0);
  return pid;
}

describe('a process mark', () => {
  it('tells a process from a later one with its pid', async () => {
    const mark = markOf(await sleeper())!;
    expect(isAlive(mark)).toBe(true);
    expect(isAlive({ ...mark, startTicks: mark.startTicks - 1 })).toBe(false);
  });

  it('says that a zombie is not alive', async () => {
    // Its parent becomes sleep, which never asks after it.
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    started.push(parent.pid!);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(line));
    const mark = markOf(pid)!;
    await eventually(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
    sendSignal(pid, 'SIGKILL');
    await eventually(() => !isAlive(mark));
    expect(markOf(pid)).toEqual(mark);
    expect(findProcesses({ session: parent.pid! })).not.toContain(pid);
  });

  it('is not given for a process that is gone', () => {
    const { pid } = spawnSync('true');
    expect(markOf(pid)).toBeUndefined();
  });
});

describe('finding processes', () => {
  it('finds those of a session, those with a variable, and children', async () => {
    const pid = await sleeper({ HOLDFAST_LAUNCH_ID: 'find-me' });
    expect(findProcesses({ session: pid })).toEqual([pid]);
    expect(findProcesses({ variable: 'HOLDFAST_LAUNCH_ID=find-me' })).toEqual([pid]);
    expect(findProcesses({ variable: 'HOLDFAST_LAUNCH_ID=find' })).toEqual([]);
    expect(findProcesses({ variable: 'LAUNCH_ID=find-me' })).toEqual([]);
    const { startTicks } = markOf(pid)!;
    expect(findProcesses({ session: pid, startedSinceTicks: startTicks })).toEqual([pid]);
    expect(findProcesses({ session: pid, startedSinceTicks: startTicks + 1 })).toEqual([]);
    expect(childrenOf(process.pid)).toContain(pid);
  });
});

describe('sending a signal', () => {
  it('is fine when there is nobody, and is never for everybody', async () => {
    const { pid } = spawnSync('true');
    expect(() => sendSignal(pid, 'SIGTERM')).not.toThrow();
    for (const everybody of [0, -1, 1, NaN]) expect(() => sendSignal(everybody, 'SIGTERM')).toThrow(Bug);
  });
});
