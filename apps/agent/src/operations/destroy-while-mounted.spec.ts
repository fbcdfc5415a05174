import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resources, scalar } from '@holdfast/core/resources';
import { Checkpoint, checkpointFiles } from '../checkpoint';
import { VolumeDirectories } from '../disks';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { ResourceOperations } from './index';

const directory = useTempDirectory();
const V1 = volumeResource('v1', 100);
const path = () => join(directory(), 'volumes/roles/eng/v1');
let mounts: string[];
let asked: string[];
let destroyed: string[];

async function open() {
  mkdirSync(join(directory(), 'meta'), { recursive: true });
  const directories = new VolumeDirectories(directory());
  const configured = Resources.of([scalar('disk', 1000)]);
  const checkpoint = await Checkpoint.open({ files: checkpointFiles(join(directory(), 'meta')), directories, configured });
  const operations = new ResourceOperations({
    checkpoint,
    directories,
    holdersOf: () => [],
    feedback: { finished: () => undefined, conclude: () => Promise.resolve() },
    foreignMounts: async ({ key }) => {
      asked.push(key);
      return mounts;
    },
    onDestroyed: (volume) => void destroyed.push(volume),
  });
  const destroy = async () => (await operations.begin({ type: 'DESTROY', resources: [V1] })).outcome;
  return { checkpoint, operations, directories, destroy };
}

let agent: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  mounts = [];
  asked = [];
  destroyed = [];
  agent = await open();
  for (const [type, resource] of [
    ['RESERVE', reservedDisk(100)],
    ['CREATE', V1],
  ] as const) {
    expect(await (await agent.operations.begin({ type, resources: [resource] })).outcome).toEqual({ ok: true });
  }
  writeFileSync(join(path(), 'file'), 'data');
});

it('a DESTROY of what something unknown has mounted is refused and says what, and nothing has begun (A-043, A-140)', async () => {
  mounts = ['by process 7 (backup)', 'at /mnt'];
  expect(await agent.destroy()).toMatchObject({
    ok: false,
    refusal: {
      code: 'agent_failed',
      message: expect.stringContaining(
        'the data of volume eng/v1 is not deleted while it is mounted elsewhere: by process 7 (backup); at /mnt; unmount it and repeat the DESTROY',
      ),
    },
  });
  expect([existsSync(join(path(), 'file')), agent.checkpoint.destroying.size, destroyed]).toEqual([true, 0, []]);
  mounts = [];
  expect(await agent.destroy()).toEqual({ ok: true });
  expect([existsSync(path()), destroyed]).toEqual([false, ['eng/v1']]);
});

it('the next agent asks, too, before it finishes a DESTROY that was cut off (A-140, A-187)', async () => {
  agent.directories.erase = () => new Promise(() => undefined);
  await agent.operations.begin({ type: 'DESTROY', resources: [V1] });
  const next = await open();
  mounts = ['at /mnt'];
  expect(await next.operations.finishDeletions()).toEqual([expect.stringContaining('while it is mounted elsewhere: at /mnt')]);
  expect([existsSync(join(path(), 'file')), destroyed]).toEqual([true, []]);
  mounts = [];
  expect(await next.destroy()).toEqual({ ok: true });
  expect([existsSync(path()), destroyed]).toEqual([false, ['eng/v1']]);
});

it('that a volume is gone is told once it is committed, not when the disk does not take that (A-142)', async () => {
  const { commit } = agent.checkpoint;
  let commits = 0;
  agent.checkpoint.commit = (change) =>
    ++commits === 2
      ? Promise.resolve({
          ok: false,
          refusal: { code: 'agent_failed', message: 'no space left', details: { problem: 'no space left' } },
        } as never)
      : commit.call(agent.checkpoint, change);
  expect(await agent.destroy()).toMatchObject({ ok: false });
  expect(destroyed).toEqual([]);
  expect(await agent.destroy()).toEqual({ ok: true });
  expect(destroyed).toEqual(['eng/v1']);
});
