import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@holdfast/platform/process';
import { realWorld } from '@holdfast/platform/world';
import { eventually } from '@holdfast/testing/eventually';
import { inheritedEnvironment } from '../config';
import { mountSmallDisk } from '../files/temp-directory.fixture';
import { findProcesses, isAlive, markOf, sendSignal } from '../processes';
import { compileSpawner } from './compile-spawner.fixture';
import { type Container, launchVariable } from './container';
import { ContainerRuntime } from './container-runtime';
import type { ContainerMount, ContainerSpec, Isolation } from './container-spec';
import { trialProblem } from './trial-container';

const spawner = compileSpawner();
afterAll(() => spawner.remove());

let root: string;
let runtime: ContainerRuntime;
let launches = 0;
const silent = createLogger('agent-test');

const startRuntime = () =>
  ContainerRuntime.start({
    spawnerPath: spawner.path,
    markPath: join(root, 'spawner'),
    bootId: 'boot',
    environment: inheritedEnvironment(),
    hidden: [root],
    timers: realWorld(),
    log: silent,
  });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-containers-'));
  runtime = await startRuntime();
});
afterEach(async () => {
  await runtime.stop();
  await rm(root, { recursive: true, force: true });
});

interface Prepared {
  readonly spec: ContainerSpec;
  readonly directory: string;
  readonly sandbox: string;
}

async function prepare(isolation: Isolation, what: Partial<ContainerSpec> & Pick<ContainerSpec, 'command'>): Promise<Prepared> {
  const launchId = `launch-${process.pid}-${++launches}`;
  const directory = join(root, launchId);
  const sandbox = join(directory, 'sandbox');
  await mkdir(sandbox, { recursive: true });
  for (const mount of what.mounts ?? []) {
    if (isolation === 'namespaces') await mkdir(join(sandbox, mount.containerPath), { recursive: true });
    else await symlink(mount.source, join(sandbox, mount.containerPath));
  }
  return { directory, sandbox, spec: { launchId, label: launchId, isolation, sandbox, mounts: [], environment: [], ...what } };
}

const logOf = (directory: string) => join(directory, 'log');
const launch = ({ spec, directory }: Prepared): Promise<Container> => runtime.launch(spec, logOf(directory));
async function adopt({ spec, directory }: Prepared): Promise<Container> {
  const container = await runtime.adopt(spec.launchId, spec.isolation, logOf(directory));
  if (!container) throw new Error('there was no process');
  return container;
}
const output = (prepared: Prepared, file = 'stdout') => readFile(join(prepared.sandbox, file), 'utf8');

async function run(isolation: Isolation, what: Partial<ContainerSpec> & Pick<ContainerSpec, 'command'>) {
  const prepared = await prepare(isolation, what);
  const container = await launch(prepared);
  return { ...prepared, container, end: await container.whenGone, stdout: await output(prepared).catch(() => '') };
}

async function volume(name: string): Promise<ContainerMount> {
  const source = join(root, name);
  await mkdir(source, { recursive: true });
  return { name: `eng/${name}`, source, containerPath: name, mode: 'RW' };
}

const BOTH: readonly Isolation[] = ['namespaces', 'plain'];

describe.each(BOTH)('a container (%s)', (isolation) => {
  it('runs a shell line in its sandbox and keeps its output and status', async () => {
    const { end, stdout, sandbox, spec } = await run(isolation, { command: { line: 'pwd; echo oops >&2; exit 7' } });
    expect(end).toEqual({ kind: 'exited', code: 7 });
    expect(stdout).toBe(`${sandbox}\n`);
    expect(await readFile(join(spec.sandbox, 'stderr'), 'utf8')).toBe('oops\n');
  });

  it('runs a program with arguments that no shell may touch', async () => {
    const { stdout } = await run(isolation, { command: { program: 'printf', args: ['%s|', 'a b', '$HOME', "it's", '', '-n'] } });
    expect(stdout).toBe("a b|$HOME|it's||-n|");
  });

  it('hands over variables of any name and content', async () => {
    const environment = [
      ['PLAIN', 'a \'b\' "c"\n$d `e`'],
      ['with.dot', 'x'],
      ['OPTIND', 'no number'],
      ['IFS', ':'],
    ] as const;
    const { stdout, end } = await run(isolation, { command: { program: 'env', args: ['-0'] }, environment });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(stdout.split('\0')).toEqual(expect.arrayContaining(environment.map(([name, value]) => `${name}=${value}`)));
  });

  it("keeps the agent's own settings from the task", async () => {
    process.env['HOLDFAST_AGENT_SECRET'] = 'hidden';
    await runtime.stop();
    runtime = await startRuntime();
    delete process.env['HOLDFAST_AGENT_SECRET'];
    const { stdout } = await run(isolation, { command: { program: 'env', args: [] } });
    expect(stdout).not.toContain('hidden');
    expect(stdout).toContain('PATH=');
  });

  it('reports a program that is not there as the shell does', async () => {
    const { end } = await run(isolation, { command: { program: '/no/such/program', args: [] } });
    expect(end).toEqual({ kind: 'exited', code: 127 });
  });

  it('gives the command the default reaction to every signal and an empty input', async () => {
    const { stdout } = await run(isolation, { command: { line: 'grep SigIgn /proc/self/status; cat; ls -l /proc/self/fd' } });
    expect(stdout).toMatch(/^SigIgn:\s+0+\n/);
    // Three streams, and 3 is the directory that ls has open; high numbers may come from whoever started us.
    expect(stdout).not.toMatch(/ [4-9] -> /);
  });

  it('lets the command end on SIGTERM in its own way (D-057)', async () => {
    const prepared = await prepare(isolation, { command: { line: "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done" } });
    const container = await launch(prepared);
    await container.whenRunning;
    await eventually(async () => (await output(prepared).catch(() => '')).includes('up'));
    container.terminate();
    expect(await container.whenGone).toEqual({ kind: 'exited', code: 3 });
    expect(await output(prepared)).toBe('up\nbye\n');
  });

  it('leaves no process behind when it is killed, whatever the command has started (A-043)', async () => {
    const line = "trap '' TERM; setsid sleep 600 & sleep 600 & echo up; wait";
    const prepared = await prepare(isolation, { command: { line } });
    const container = await launch(prepared);
    await eventually(async () => (await output(prepared).catch(() => '')).includes('up'));
    const search = { variable: launchVariable(prepared.spec.launchId) };
    await eventually(() => findProcesses(search).length >= 4);
    container.terminate();
    container.kill();
    expect((await container.whenGone).kind).not.toBe('failed');
    expect(findProcesses(search)).toEqual([]);
  });

  it('ends with its main command, and everything else with it', async () => {
    const { end, spec } = await run(isolation, { command: { line: 'setsid sleep 600 & sleep 600 & exit 0' } });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(findProcesses({ variable: launchVariable(spec.launchId) })).toEqual([]);
  });

  it('is not over before the last process is, even if the one that waits for it is killed from outside', async () => {
    const prepared = await prepare(isolation, { command: { line: 'sleep 600 & sleep 600' } });
    const container = await launch(prepared);
    await container.whenRunning;
    sendSignal(container.mark.pid, 'SIGKILL');
    expect(await container.whenGone).toEqual({ kind: 'lost', problem: 'the container was ended by SIGKILL' });
    expect(findProcesses({ variable: launchVariable(prepared.spec.launchId) })).toEqual([]);
  });

  it('shows a volume at a nested path and writes through to its directory (A-130, A-151, architecture 11.4)', async () => {
    const mount = { ...(await volume('data')), containerPath: isolation === 'namespaces' ? "deep/er it's" : 'data' };
    const { end } = await run(isolation, {
      command: { program: 'cp', args: ['/etc/hostname', `${mount.containerPath}/file`] },
      mounts: [mount],
    });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(await readFile(join(mount.source, 'file'), 'utf8')).toBe(await readFile('/etc/hostname', 'utf8'));
  });

  it('goes on when the spawner dies, and its end is still noticed', async () => {
    const prepared = await prepare(isolation, { command: { line: 'while [ ! -e go ]; do sleep 0.01; done; exit 5' } });
    const container = await launch(prepared);
    await container.whenRunning;
    const former = runtime.spawnerPid!;
    sendSignal(former, 'SIGKILL');
    await eventually(() => runtime.spawnerPid !== undefined && runtime.spawnerPid !== former);
    expect(isAlive(container.mark)).toBe(true);
    await writeFile(join(prepared.sandbox, 'go'), '');
    expect(await container.whenGone).toEqual({ kind: 'exited', code: 5 });
  });

  it('is found again by the next agent, which hears of its end (A-180)', async () => {
    const prepared = await prepare(isolation, { command: { line: 'while [ ! -e go ]; do sleep 0.01; done; exit 6' } });
    await (
      await launch(prepared)
    ).whenRunning;
    await runtime.stop();
    runtime = await startRuntime();
    const container = await adopt(prepared);
    await container.whenRunning;
    await writeFile(join(prepared.sandbox, 'go'), '');
    expect(await container.whenGone).toEqual({ kind: 'exited', code: 6 });
  });

  it('tells the next agent how it ended while there was none', async () => {
    const prepared = await prepare(isolation, { command: { line: 'while [ ! -e go ]; do sleep 0.01; done; exit 8' } });
    const { mark, whenRunning } = await launch(prepared);
    await whenRunning;
    await runtime.stop();
    await writeFile(join(prepared.sandbox, 'go'), '');
    await eventually(() => !isAlive(mark));
    runtime = await startRuntime();
    const container = await adopt(prepared);
    expect(await container.whenGone).toEqual({ kind: 'exited', code: 8 });
  });

  it('does not run twice, nor get lost, when the spawner dies while many are started', async () => {
    const count = 30;
    const prepared = await Promise.all(Array.from({ length: count }, () => prepare(isolation, { command: { line: 'echo ran' } })));
    const starts = prepared.map((each) => launch(each));
    await starts[3];
    sendSignal(runtime.spawnerPid!, 'SIGKILL');
    const ends = await Promise.all(starts.map(async (start) => (await start).whenGone));
    for (const [at, end] of ends.entries()) {
      const text = await output(prepared[at]!).catch(() => '');
      // One that was just being set up when its spawner died may end without having run, but then it says so.
      expect([end.kind, text]).toEqual(end.kind === 'exited' ? ['exited', 'ran\n'] : ['lost', '']);
    }
    expect(ends.filter(({ kind }) => kind === 'exited').length).toBeGreaterThan(count / 2);
  });

  describe('with a gate', () => {
    const gate = () => join(root, 'gate');
    const held = async (what: Partial<ContainerSpec> = {}) => {
      const prepared = await prepare(isolation, { command: { line: 'echo ran' }, gate: gate(), ...what });
      return { prepared, container: await launch(prepared) };
    };
    beforeEach(() => writeFile(gate(), ''));

    it('waits, set up, until it is released', async () => {
      const { prepared, container } = await held();
      await container.whenReady;
      expect([container.isReady, container.hasRun, await output(prepared)]).toEqual([true, false, '']);
      await rm(gate());
      runtime.release(container);
      expect(await container.whenGone).toEqual({ kind: 'exited', code: 0 });
      expect(await output(prepared)).toBe('ran\n');
    });

    it('is not ready when it cannot be set up', async () => {
      const { container } = await held({ user: 'no-such-user' });
      await container.whenReady;
      expect(await container.whenGone).toMatchObject({ kind: 'failed', problem: expect.stringContaining('no-such-user') });
      expect(container.isReady).toBe(false);
    });

    it.each([
      ['gives up', 'there', { kind: 'failed', problem: 'the agent went away before it had all tasks of the group ready' }, ''],
      ['runs', 'gone', { kind: 'exited', code: 0 }, 'ran\n'],
    ])('%s when nobody is left to release it and the gate is %s', async (_what, where, end, text) => {
      const { prepared, container } = await held();
      await container.whenReady;
      if (where === 'gone') await rm(gate());
      sendSignal(runtime.spawnerPid!, 'SIGKILL');
      expect(await container.whenGone).toEqual(end);
      expect(await output(prepared).catch(() => '')).toBe(text);
    });

    it('can be killed while it waits, and leaves nothing', async () => {
      const { prepared, container } = await held();
      await container.whenReady;
      container.terminate();
      container.kill();
      await container.whenGone;
      expect(await output(prepared).catch(() => '')).toBe('');
      expect(findProcesses({ variable: launchVariable(prepared.spec.launchId) })).toEqual([]);
    });
  });

  it('says why it could not be set up', async () => {
    const prepared = await prepare(isolation, { command: { line: 'true' }, user: 'no-such-user' });
    const end = await (await launch(prepared)).whenGone;
    expect(end).toMatchObject({ kind: 'failed', problem: expect.stringContaining("there is no user 'no-such-user' on this agent") });
    expect(existsSync(join(prepared.sandbox, 'stdout'))).toBe(false);
  });

  it('runs the command as another user, who owns sandbox and output', async () => {
    execFileSync('chmod', ['755', root]);
    const { stdout, end } = await run(isolation, { command: { line: 'id -un; touch mine && stat -c %U mine stdout .' }, user: 'nobody' });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(stdout).toBe('nobody\nnobody\nnobody\nnobody\n');
  });
});

it.each(BOTH)('runs nothing that it could not write down first, and leaves nothing (%s)', async (isolation) => {
  const prepared = await prepare(isolation, { command: { line: 'touch ran' } });
  const full = join(root, 'full');
  await mkdir(full);
  const disk = mountSmallDisk(full, 64);
  try {
    disk.fill();
    await expect(runtime.launch(prepared.spec, join(full, 'log'))).rejects.toThrow('no space left on device (ENOSPC)');
    expect(findProcesses({ variable: launchVariable(prepared.spec.launchId) })).toEqual([]);
    expect(existsSync(join(prepared.sandbox, 'ran'))).toBe(false);
  } finally {
    disk.unmount();
  }
});

describe('a container with namespaces', () => {
  it('cannot write to a volume that it has read-only, and sees what others write (A-153)', async () => {
    const shared = await volume('shared');
    const command = { line: 'echo no > shared/file || cat shared/other' };
    const prepared = await prepare('namespaces', { command, mounts: [{ ...shared, mode: 'RO' }] });
    await writeFile(join(shared.source, 'other'), 'seen');
    const end = await (await launch(prepared)).whenGone;
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(await output(prepared)).toBe('seen');
    expect(await output(prepared, 'stderr')).toContain('Read-only file system');
    expect(existsSync(join(shared.source, 'file'))).toBe(false);
  });

  it('keeps its mounts and processes to itself', async () => {
    const mount = await volume('data');
    const prepared = await prepare('namespaces', {
      command: { line: 'ls -d /proc/[0-9]* | wc -l; touch data/x; sleep 600' },
      mounts: [mount],
    });
    const container = await launch(prepared);
    await eventually(() => existsSync(join(mount.source, 'x')));
    expect(existsSync(join(prepared.sandbox, 'data', 'x'))).toBe(false);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(prepared.sandbox);
    expect(Number(await output(prepared))).toBeLessThan(6);
    container.kill();
    await container.whenGone;
  });

  it('says which volume could not be mounted', async () => {
    const mount = { ...(await volume('gone')), source: join(root, 'nowhere') };
    const end = await (await launch(await prepare('namespaces', { command: { line: 'true' }, mounts: [mount] }))).whenGone;
    expect(end).toMatchObject({
      kind: 'failed',
      problem: expect.stringMatching(
        /^the container could not be set up: volume eng\/gone cannot be mounted at gone: bwrap: .*nowhere: No such file/,
      ),
    });
  });

  it('is what this machine offers', async () => {
    expect(await trialProblem(runtime, root, 'namespaces')).toBeUndefined();
  });
});

it('starts anew with a spawner of its own and ends the former one (no double start)', async () => {
  const former = markOf(runtime.spawnerPid!)!;
  const second = await startRuntime();
  expect(isAlive(former)).toBe(false);
  await second.stop();
});
