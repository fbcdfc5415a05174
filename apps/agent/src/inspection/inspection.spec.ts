import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentInspection } from '@holdfast/core/verification';
import { eventually, processesOf, sandboxOf, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { mountSmallDisk } from '../files/temp-directory.fixture';
import { sendSignal } from '../processes';

jest.setTimeout(60_000);

const strays: ChildProcess[] = [];
afterEach(async () => {
  for (const stray of strays.splice(0)) {
    const ended = once(stray, 'exit');
    if (stray.exitCode === null && stray.signalCode === null && stray.kill('SIGKILL')) await ended;
  }
});

const bed = useAgents();
const { started, withVolume } = bed;

async function inspect(): Promise<AgentInspection> {
  const requestId = randomUUID();
  bed.master.send({ kind: 'inspect', requestId });
  return (await bed.master.until(() => bed.master.all('inspection').find((answer) => answer.requestId === requestId))).inspection;
}

/** A process in a mount namespace of its own, after a command in there; as an operator would start it, or a container that was forgotten. */
async function inNamespace(command: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', `${command} && echo done && read -r never`], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  strays.push(child);
  await once(child.stdout!, 'data');
  return child.pid!;
}

describe('an inspection', () => {
  it('tells of each volume of the checkpoint whether its directory is there', async () => {
    const agent = await withVolume();
    await bed.master.apply('RESERVE', reservedDisk(50));
    await bed.master.apply('CREATE', volumeResource('v2', 50));
    rmSync(volumePath(agent, 'v2'), { recursive: true });
    const { volumes, launches, strayMounts } = await inspect();
    expect(volumes.map(({ resource, ...rest }) => [resource.disk?.persistence?.id, rest])).toEqual([
      ['v1', { hasData: true, isDestroying: false }],
      ['v2', { hasData: false, isDestroying: false }],
    ]);
    expect([launches, strayMounts]).toEqual([[], []]);
  });

  it('is taken where what came before has taken effect, and nothing of what comes after', async () => {
    await started();
    const { master } = bed;
    const seen = master.until(() => master.all('inspection')[1]);
    master.send(
      master.operation('RESERVE', [reservedDisk(100)]),
      master.operation('CREATE', [V1]),
      { kind: 'inspect', requestId: 'a' },
      master.operation('DESTROY', [V1]),
      master.operation('UNRESERVE', [reservedDisk(100)]),
      { kind: 'inspect', requestId: 'b' },
    );
    await seen;
    expect(master.all('inspection').map(({ requestId, inspection }) => [requestId, inspection.volumes.length])).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
  });

  it('tells what the mount table of each container says of its volumes, however they are used', async () => {
    const agent = await withVolume();
    const readOnly = volumeResource('v1', 100, { mode: 'RO' });
    const writer = bed.master.run({ id: 'writer', volumes: [V1], line: waiting() });
    const reader = bed.master.run({ id: 'reader', volumes: [readOnly], line: waiting() });
    const careless = bed.master.run({ id: 'careless', volumes: [V1], line: waiting() });
    const plain = bed.master.run({ id: 'plain', line: waiting() });
    for (const { info } of [writer, reader, careless, plain]) await bed.master.untilState(info.taskId, 'TASK_RUNNING');
    const found = (await inspect()).launches.find(({ taskId }) => taskId === 'careless');
    expect(found?.volumes[0]?.isMounted).toBe(true);
    // Tasks may not unmount; an operator may, from outside.
    execFileSync('nsenter', [`--target=${found?.pid}`, '--mount', 'umount', join(sandboxOf(agent, careless), 'data')]);
    const { launches } = await inspect();
    const pid = expect.any(Number);
    const ref = ({ info, launchId }: typeof writer) => ({ frameworkId: 'f1', taskId: info.taskId, launchId, pid });
    expect(launches).toEqual([
      { ...ref(writer), volumes: [{ volume: 'eng/v1', mode: 'RW', isMounted: true }] },
      { ...ref(reader), volumes: [{ volume: 'eng/v1', mode: 'RO', isMounted: true }] },
      { ...ref(careless), volumes: [{ volume: 'eng/v1', mode: 'RW', isMounted: false }] },
      { ...ref(plain), volumes: [] },
    ]);
  });

  it('does not know of mounts without namespaces', async () => {
    await withVolume({ isolation: 'plain' });
    bed.master.run({ id: 't1', volumes: [V1], line: waiting() });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const { launches, strayMounts } = await inspect();
    expect(launches).toMatchObject([{ taskId: 't1', volumes: [{ volume: 'eng/v1', mode: 'RW' }] }]);
    expect(launches[0]?.volumes[0]).not.toHaveProperty('isMounted');
    expect(strayMounts).toEqual([]);
  });

  it('leaves a launch out once no process of it is left', async () => {
    await withVolume();
    bed.master.acknowledges = false;
    bed.master.run({ id: 't1', volumes: [V1] });
    await bed.master.untilGone('t1');
    expect((await inspect()).launches).toEqual([]);
  });

  it('finds volumes mounted by processes that belong to no launch, also in part, and also of a volume that is no more', async () => {
    const agent = await withVolume();
    const place = join(bed.directory(), 'elsewhere');
    mkdirSync(place);
    mkdirSync(join(volumePath(agent), 'deep'));
    const forgotten = join(agent.workDir, 'volumes/roles/eng web/old');
    mkdirSync(forgotten, { recursive: true });
    const whole = await inNamespace(`mount --bind '${volumePath(agent)}' '${place}'`);
    const part = await inNamespace(`mount --bind '${volumePath(agent)}/deep' '${place}'`);
    const old = await inNamespace(`mount --bind '${forgotten}' '${place}' && rmdir '${forgotten}'`);
    await inNamespace(`mount --bind '${agent.workDir}' '${place}'`);
    expect(existsSync(forgotten)).toBe(false);
    const found = (await inspect()).strayMounts.map(({ volume, pid }) => `${volume} ${pid}`).sort();
    expect(found).toEqual([`eng/v1 ${whole}`, `eng/v1 ${part}`, `eng/web/old ${old}`].sort());
  });

  it('takes what a task does in namespaces of its own for its launch’s, until that is over', async () => {
    const agent = await withVolume();
    // A user without privileges may make a mount namespace in a user namespace.
    const value = `unshare --user --map-root-user --mount env -i /bin/sh -c 'touch inside; while [ ! -e go ]; do /bin/sleep 0.01; done'`;
    const command = { shell: true, value, args: [], environment: [], user: 'nobody' };
    const task = bed.master.run({ id: 't1', volumes: [V1], command });
    await eventually(() => existsSync(join(sandboxOf(agent, task), 'inside')));
    expect(processesOf(task).length).toBeGreaterThan(0);
    expect((await inspect()).strayMounts).toEqual([]);
    // As a process would be that got away when its launch ended.
    const left = await inNamespace(`mkdir '${bed.directory()}/left' && mount --bind '${volumePath(agent)}' '${bed.directory()}/left'`, {
      HOLDFAST_LAUNCH_ID: 'long-over',
    });
    expect((await inspect()).strayMounts).toEqual([{ volume: 'eng/v1', pid: left }]);
    const own = await inNamespace(`mount --bind '${volumePath(agent)}' '${bed.directory()}/left'`, { HOLDFAST_LAUNCH_ID: task.launchId });
    expect((await inspect()).strayMounts).toEqual([{ volume: 'eng/v1', pid: left }]);
    sendSignal(own, 'SIGKILL');
  });

  it('takes a MOUNT disk that others see where we do for no stray mount, and what a container has of it for mounted', async () => {
    const root = join(bed.directory(), 'disk');
    mkdirSync(root);
    const disk = mountSmallDisk(root, 64);
    try {
      await started({
        resources: `[{"name":"cpus","type":"SCALAR","scalar":{"value":4}},{"name":"disk","type":"SCALAR","scalar":{"value":100},"disk":{"source":{"type":"MOUNT","mount":{"root":"${root}"}}}}]`,
      });
      const source = { type: 'MOUNT', root } as const;
      const volume = volumeResource('m1', 100, { source });
      expect(await bed.master.apply('RESERVE', reservedDisk(100, { source }))).toBeUndefined();
      expect(await bed.master.apply('CREATE', volume)).toBeUndefined();
      await inNamespace('true');
      bed.master.run({ id: 't1', volumes: [volume], line: waiting() });
      await bed.master.untilState('t1', 'TASK_RUNNING');
      const { launches, strayMounts, volumes } = await inspect();
      expect(volumes).toMatchObject([{ hasData: true }]);
      expect(launches).toMatchObject([{ volumes: [{ volume: 'eng/m1', isMounted: true }] }]);
      expect(strayMounts).toEqual([]);
      bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 0 });
      await bed.master.untilGone('t1');
    } finally {
      disk.unmount();
    }
  });
});
