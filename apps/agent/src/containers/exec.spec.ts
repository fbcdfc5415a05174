import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcesses, sendSignal } from '../processes';
import { eventually, type Launched, useCgroups, useContainers } from './container-bed.fixture';
import type { ExecRequest, Isolation } from './container-spec';

jest.setTimeout(60_000);
const bed = useContainers();
useCgroups(bed);

const LIMITS = { cpuMilli: 100, memoryBytes: 64 << 20, processes: 50 };
const waiting = 'echo up; exec sleep 600';

async function started(what: Partial<Launched['spec']> = {}): Promise<Launched> {
  const launched = await bed.launch({ command: { line: waiting }, limits: LIMITS, ...what });
  await eventually(async () => (await launched.output().catch(() => '')).includes('up'));
  return launched;
}
const exec = ({ container, spec }: Launched, line: string, more: Partial<ExecRequest> = {}) =>
  bed.runtime.exec(container, { command: { line }, environment: [], sandbox: spec.sandbox, timeoutMs: 0, ...more });
async function end({ container }: Launched): Promise<void> {
  container.kill();
  await container.whenGone;
}

describe.each<Isolation>(['namespaces', 'plain'])('a command beside that of a container (%s)', (isolation) => {
  it('tells by its status how it went, and writes to the output of the task', async () => {
    const launched = await started({ isolation });
    const environment = [['WHAT', "it's"]] as const;
    expect(await exec(launched, 'echo "$WHAT $PWD"; echo oops >&2; exit 3', { environment })).toEqual({ kind: 'exited', code: 3 });
    expect(await exec(launched, '', { command: { program: 'true', args: [] } })).toEqual({ kind: 'exited', code: 0 });
    expect(await exec(launched, 'kill -9 $$')).toEqual({ kind: 'exited', code: 137 });
    expect(await launched.output()).toBe(`up\nit's ${launched.spec.sandbox}\n`);
    expect(await launched.output('stderr')).toBe('oops\n');
    await end(launched);
  });

  it('is in the control group of the container', async () => {
    const launched = await started({ isolation });
    await exec(launched, 'cat /proc/self/cgroup > mine');
    expect(await launched.output('mine')).toContain(launched.spec.launchId);
    await end(launched);
  });

  it('runs as the user that is asked for, with its groups', async () => {
    const launched = await started({ isolation, user: 'nobody' });
    expect(await exec(launched, 'id -un; id -G', { user: 'nobody', groups: [10_001] })).toEqual({ kind: 'exited', code: 0 });
    expect(await launched.output()).toBe('up\nnobody\n65534 10001\n');
    await end(launched);
  });

  it('is killed when it takes too long, with what it has started', async () => {
    const launched = await started({ isolation });
    const before = (await launched.container.usage())!.processes;
    expect(await exec(launched, 'sleep 600 & sleep 600', { timeoutMs: 200 })).toEqual({ kind: 'timed_out' });
    await eventually(async () => (await launched.container.usage())!.processes === before);
    await end(launched);
  });

  it('says why it could not be started', async () => {
    const launched = await started({ isolation });
    const unknown = await exec(launched, 'true', { user: 'no-such-user' });
    expect(unknown).toMatchObject({ kind: 'failed', problem: expect.stringContaining("there is no user 'no-such-user' on this agent") });
    await end(launched);
    expect(await exec(launched, 'true')).toEqual({ kind: 'failed', problem: 'its container is not running' });
  });

  it('goes with the container', async () => {
    const launched = await started({ isolation });
    const running = exec(launched, 'touch running; sleep 600');
    await eventually(() => existsSync(join(launched.spec.sandbox, 'running')));
    await end(launched);
    expect(await running).toMatchObject({ kind: 'exited', code: 137 });
    expect(findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${launched.spec.launchId}` })).toEqual([]);
  });

  it('is given up when the spawner dies, and killed', async () => {
    const launched = await started({ isolation });
    const running = exec(launched, 'touch running; sleep 600');
    await eventually(() => existsSync(join(launched.spec.sandbox, 'running')));
    const before = (await launched.container.usage())!.processes;
    sendSignal(bed.runtime.spawnerPid!, 'SIGKILL');
    expect(await running).toEqual({ kind: 'failed', problem: 'the process that had started it is gone' });
    await eventually(async () => (await launched.container.usage())!.processes < before);
    await end(launched);
  });
});

describe('a command beside that of a container with namespaces', () => {
  it('sees what the task sees, and has no more rights', async () => {
    const launched = await started();
    await writeFile(join(bed.root, 'work/meta/secret'), 'secret');
    const look = `ls ${join(bed.root, 'work')}; cat ${join(bed.root, 'work/meta/secret')}; ls -d /proc/[0-9]* | wc -l; grep -E "Cap(Prm|Eff)|NoNewPrivs" /proc/self/status`;
    await exec(launched, look);
    const [, first, processes, ...rights] = (await launched.output()).trim().split('\n');
    expect([first, Number(processes) < 8]).toEqual(['sandboxes', true]);
    expect(rights).toEqual(['CapPrm:\t00000000000004fb', 'CapEff:\t00000000000004fb', 'NoNewPrivs:\t1']);
    await end(launched);
  });

  it('writes with the rights of the task: a link in the place of its output leads not to the log', async () => {
    const line = 'rm stdout; ln -s /proc/1/fd/1 stdout; touch linked; exec sleep 600';
    const launched = await bed.launch({ command: { line }, limits: LIMITS });
    await eventually(() => existsSync(join(launched.spec.sandbox, 'linked')));
    await exec(launched, 'echo holdfast: exit 0');
    expect(readFileSync(launched.logPath, 'utf8')).not.toContain('exit 0');
    await end(launched);
  });
});

describe('taking a volume out of a container that goes on', () => {
  const held = async (line = waiting) => {
    const volume = await bed.volume('data', { containerPath: "deep/er it's/data" });
    await writeFile(join(volume.source, 'file'), 'seen');
    const launched = await started({ command: { line }, mounts: [volume] });
    const { sandbox } = launched.spec;
    const unmount = () => bed.runtime.unmount(launched.container, { ...volume, sandbox });
    const table = () => readFileSync(`/proc/${launched.container.entrance}/mountinfo`, 'utf8');
    return { launched, volume, unmount, table };
  };

  it('unmounts it in there, and is done when asked again', async () => {
    const { launched, volume, unmount, table } = await held();
    expect(table()).toContain(volume.source);
    expect(await unmount()).toBeUndefined();
    expect(table()).not.toContain(volume.source);
    await exec(launched, `ls "${volume.containerPath}"`);
    expect(await launched.output()).toBe('up\n');
    expect(await unmount()).toBeUndefined();
    await end(launched);
    expect(await unmount()).toBeUndefined();
  });

  it('says that it is in use, and leaves it', async () => {
    const { launched, volume, unmount, table } = await held(
      `exec 5<"deep/er it's/data/file"; echo up; while [ ! -e go ]; do sleep 0.01; done; exec 5<&-; touch let-go; exec sleep 600`,
    );
    expect(await unmount()).toMatch(/busy/);
    expect(table()).toContain(volume.source);
    await writeFile(join(launched.spec.sandbox, 'go'), '');
    await eventually(() => existsSync(join(launched.spec.sandbox, 'let-go')));
    expect(await unmount()).toBeUndefined();
    await end(launched);
  });

  it('finds it where the task has moved it, and takes nothing else for it', async () => {
    const decoy = await bed.volume('decoy', { containerPath: 'decoy/data' });
    const volume = await bed.volume('data', { containerPath: 'deep/data' });
    const line = `mv deep moved; ln -s decoy deep; ${waiting}`;
    const launched = await started({ command: { line }, mounts: [volume, decoy] });
    expect(await bed.runtime.unmount(launched.container, { ...volume, sandbox: launched.spec.sandbox })).toBeUndefined();
    const table = readFileSync(`/proc/${launched.container.entrance}/mountinfo`, 'utf8');
    expect([table.includes(volume.source), table.includes(decoy.source)]).toEqual([false, true]);
    await end(launched);
  });

  it('does not go astray while the task moves things about', async () => {
    const line =
      'mkdir fake; ln -s /proc fake/data; ln -s /root fake/data2; echo up; while :; do mv deep aside; mv fake deep; mv deep fake; mv aside deep; done';
    const volume = await bed.volume('data', { containerPath: 'deep/data' });
    const launched = await started({ command: { line: `(${line}) 2>/dev/null` }, mounts: [volume] });
    const before = readFileSync(`/proc/${launched.container.entrance}/mountinfo`, 'utf8').split('\n').length;
    const { sandbox } = launched.spec;
    let problem = await bed.runtime.unmount(launched.container, { ...volume, sandbox });
    for (let tries = 0; problem !== undefined && tries < 20; tries++)
      problem = await bed.runtime.unmount(launched.container, { ...volume, sandbox });
    const after = readFileSync(`/proc/${launched.container.entrance}/mountinfo`, 'utf8').split('\n');
    // The volume at most, and never what hides the machine.
    expect(before - after.length).toBe(problem === undefined ? 1 : 0);
    await end(launched);
  });

  it('is nothing that can be done in plain mode', async () => {
    const launched = await started({ isolation: 'plain' });
    const mount = { ...(await bed.volume('data')), sandbox: launched.spec.sandbox };
    expect(await bed.runtime.unmount(launched.container, mount)).toContain('without namespaces a volume is a link');
    await end(launched);
  });
});
