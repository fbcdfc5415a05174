import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxOf, useAgents, V1, volumePath, waiting } from './agent.fixture';
import { reservedDisk, volumeResource } from './disks/volumes.fixture';
import { runTask } from './fake-master.fixture';
import { mountSmallDisk } from './files/temp-directory.fixture';

const bed = useAgents();
const { started, withVolume } = bed;

describe('operations', () => {
  it('and launches take effect in the order in which they come', async () => {
    const agent = await withVolume();
    const before = runTask({ id: 'before', volumes: [V1] });
    const after = runTask({ id: 'after', volumes: [V1] });
    bed.master.send(before);
    await bed.master.untilGone('before');
    bed.master.send(
      bed.master.operation('DESTROY', [V1]),
      after,
      bed.master.operation('CREATE', [V1]),
      runTask({ id: 'again', volumes: [V1] }),
    );
    expect(await bed.master.untilState('after', 'TASK_DROPPED')).toMatchObject({ reason: 'REASON_RESOURCES_UNKNOWN' });
    await bed.master.untilState('again', 'TASK_FINISHED');
    expect(existsSync(volumePath(agent))).toBe(true);
  });

  it('that fail for want of disk space are refused, and the agent lives; the launch behind fails with that sentence', async () => {
    mkdirSync(join(bed.directory(), 'work'));
    const disk = mountSmallDisk(join(bed.directory(), 'work'), 512);
    try {
      const agent = await started();
      await bed.master.apply('RESERVE', reservedDisk(100));
      disk.fill();
      const create = bed.master.operation('CREATE', [V1]);
      const task = runTask({ id: 't1', volumes: [V1] });
      bed.master.send(create, task);
      expect(await bed.master.outcome(create.operationUuid)).toMatchObject({
        code: 'agent_failed',
        message: expect.stringContaining('no space left on device (ENOSPC)'),
      });
      expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: expect.stringContaining('volume eng/v1 could not be created: The agent could not do it'),
      });
      expect(existsSync(volumePath(agent))).toBe(false);
      disk.makeRoom();
      expect(await bed.master.apply('CREATE', V1)).toBeUndefined();
      expect(existsSync(volumePath(agent))).toBe(true);
      expect(agent.ends).toEqual([]);
      await agent.stop();
    } finally {
      disk.unmount();
    }
  });

  it('a task of an offer from before its volume went is dropped (A-076)', async () => {
    await started();
    bed.master.run({ id: 't1', volumes: [V1] });
    expect(await bed.master.untilState('t1', 'TASK_DROPPED')).toMatchObject({ source: 'SOURCE_AGENT', reason: 'REASON_RESOURCES_UNKNOWN' });
    await bed.master.untilGone('t1');
  });

  it('not begun when the stream is lost are not begun at all, since the report goes without them', async () => {
    await withVolume();
    const many = Array.from({ length: 50 }, () => bed.master.operation('RESERVE', [reservedDisk(1)]));
    bed.master.send(...many);
    bed.master.hangUp();
    const register = await bed.master.registration(2);
    const { checkpointed } = register;
    const { length } = bed.master.all('operation_outcome');
    await bed.master.apply('RESERVE', reservedDisk(2));
    bed.master.hangUp();
    const next = await bed.master.registration(3);
    expect(next.checkpointed.subtract(checkpointed).scalarMilli('disk')).toBe(2000);
    expect(bed.master.all('operation_outcome').length).toBe(length + 1);
  });
});

describe('bad days', () => {
  it('200 tasks at once all run and all end', async () => {
    const agent = await withVolume();
    const ids = Array.from({ length: 200 }, (_, at) => `t${at}`);
    bed.master.send(
      ...ids.map((id, at) =>
        runTask({ id, line: `echo ${id} > data/${id}`, volumes: at % 2 ? [V1] : [], ...(at % 2 ? {} : { line: 'true' }) }),
      ),
    );
    await Promise.all(ids.map((id) => bed.master.untilGone(id)));
    await Promise.all(ids.map((id) => bed.master.untilState(id, 'TASK_FINISHED')));
    expect(readdirSync(volumePath(agent))).toHaveLength(100);
  }, 120_000);

  it('a task that floods its output fills a file and nothing else', async () => {
    const agent = await started();
    const task = bed.master.run({ id: 't1', line: 'head -c 50000000 /dev/zero' });
    await bed.master.untilState('t1', 'TASK_FINISHED');
    expect(readFileSync(join(sandboxOf(agent, task), 'stdout')).length).toBe(50_000_000);
  });

  it('a disk that fills up while a task runs costs it no status', async () => {
    mkdirSync(join(bed.directory(), 'work'));
    const disk = mountSmallDisk(join(bed.directory(), 'work'), 1024);
    try {
      const agent = await started();
      const task = bed.master.run({ id: 't1', line: waiting(5) });
      await bed.master.untilState('t1', 'TASK_RUNNING');
      mkdirSync(join(sandboxOf(agent, task), 'dir'));
      disk.fill();
      // A directory needs no page of this file system; what the shell waits for is its name.
      mkdirSync(join(sandboxOf(agent, task), 'go'));
      expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({ message: 'Command exited with status 5' });
      await bed.master.untilGone('t1');
      await agent.stop();
    } finally {
      disk.unmount();
    }
  });

  it('a work directory that is read-only keeps the agent from starting, with a sentence', async () => {
    mkdirSync(join(bed.directory(), 'work'));
    const disk = mountSmallDisk(join(bed.directory(), 'work'), 512);
    try {
      disk.makeReadOnly();
      await expect(bed.start()).rejects.toThrow(/The work directory .* cannot be used: read-only file system \(EROFS\)/);
    } finally {
      disk.unmount();
    }
  });

  it('a read-only volume is refused where it could not be enforced (A-153)', async () => {
    await withVolume({ isolation: 'plain' });
    bed.master.run({ id: 't1', volumes: [volumeResource('v1', 100, { mode: 'RO' })] });
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({
      message: expect.stringContaining('read-only, which this agent cannot enforce'),
    });
  });

  it('a read-only volume cannot be written to, and the failed write fails the task (A-153)', async () => {
    const agent = await withVolume();
    writeFileSync(join(volumePath(agent), 'file'), 'old');
    bed.master.run({ id: 't1', line: 'cat data/file && echo new > data/file', volumes: [volumeResource('v1', 100, { mode: 'RO' })] });
    await bed.master.untilState('t1', 'TASK_FAILED');
    expect(readFileSync(join(volumePath(agent), 'file'), 'utf8')).toBe('old');
  });
});
