import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Holder } from '@holdfast/core/base';
import type { ResourceOperation, ResourceOperationType } from '@holdfast/core/offers';
import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import { Checkpoint, checkpointFiles } from '../checkpoint';
import { VolumeDirectories } from '../disks';
import { TEST_DISKS } from '../disks/three-disks.fixture';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { type OperationDeps, ResourceOperations } from './index';

// Hooks run in this order: disks go before the directory.
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});
const directory = useTempDirectory();
const NO_FEEDBACK: OperationDeps['feedback'] = { finished: () => undefined, conclude: () => Promise.resolve() };
const configured = Resources.of([scalar('cpus', 4), scalar('disk', 1000)]);
let holders: Map<string, Holder[]>;

async function open() {
  mkdirSync(join(directory(), 'meta'), { recursive: true });
  const directories = new VolumeDirectories(directory());
  const checkpoint = await Checkpoint.open({ files: checkpointFiles(join(directory(), 'meta')), directories, configured });
  const operations = new ResourceOperations({
    checkpoint,
    directories,
    holdersOf: (volume) => holders.get(volume) ?? [],
    feedback: NO_FEEDBACK,
  });
  const apply = async (type: ResourceOperationType, ...resources: readonly Resource[]) => {
    const operation: ResourceOperation = { type, resources };
    return (await operations.begin(operation)).outcome;
  };
  return { checkpoint, operations, apply, directories };
}

let agent: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  holders = new Map();
  agent = await open();
});

const V1 = volumeResource('v1', 100);
const path = (id: string) => join(directory(), 'volumes/roles/eng', id);
const holder: Holder = {
  frameworkId: 'f1',
  taskId: 't1',
  launchId: 'l1',
  agentId: 'a1',
  mode: 'RO',
  state: 'running',
  sinceMs: Date.UTC(2026, 0, 1),
};

async function create(volume = V1): Promise<void> {
  expect(await agent.apply('RESERVE', reservedDisk(100))).toEqual({ ok: true });
  expect(await agent.apply('CREATE', volume)).toEqual({ ok: true });
}

it('keeps the running sum of reservations (B-141)', async () => {
  const r1 = { ...scalar('cpus', 1), reservations: [{ type: 'dynamic', role: 'eng', principal: 'p1' }] } as const;
  const r2 = { ...r1, ...scalar('cpus', 2), reservations: r1.reservations };
  await agent.apply('RESERVE', r1);
  await agent.apply('RESERVE', r2);
  expect(agent.checkpoint.resources.scalarMilli('cpus')).toBe(3000);
  await agent.apply('UNRESERVE', r1);
  expect(agent.checkpoint.resources.equals(Resources.of([r2]))).toBe(true);
  expect((await open()).checkpoint.resources.equals(Resources.of([r2]))).toBe(true);
});

it('refuses a reservation of more than there is, and changes nothing', async () => {
  expect(await agent.apply('RESERVE', reservedDisk(2000))).toMatchObject({ ok: false, refusal: { code: 'agent_failed' } });
  expect(agent.checkpoint.resources.isEmpty).toBe(true);
});

it.each(['RESERVE', 'UNRESERVE'] as const)('refuses %s of a volume: its path, hence its data, would change (A-078)', async (type) => {
  await create();
  const reservations = [...V1.reservations, { type: 'dynamic' as const, role: 'eng/web' }];
  const outcome = await agent.apply(type, type === 'RESERVE' ? { ...V1, reservations } : V1);
  expect(outcome).toMatchObject({
    ok: false,
    refusal: { message: expect.stringContaining(`${type} may not name a persistent volume (v1)`) },
  });
  expect(existsSync(path('v1'))).toBe(true);
});

// Over the three kinds of disks.
it.each(TEST_DISKS)(
  'creates and destroys a volume on a %s disk, and has the plain disk back (A-024, A-136, A-138)',
  async (_kind, makeDisk) => {
    mkdirSync(join(directory(), 'meta-2'));
    const testDisk = makeDisk(directory());
    undo.push(() => testDisk.remove());
    const { source } = testDisk;
    const directories = new VolumeDirectories(directory());
    const disk: Resource = { ...scalar('disk', 100), ...(source && { disk: { source } }) };
    const checkpoint = await Checkpoint.open({
      files: checkpointFiles(join(directory(), 'meta-2')),
      directories,
      configured: Resources.of([disk]),
    });
    const operations = new ResourceOperations({ checkpoint, directories, holdersOf: () => [], feedback: NO_FEEDBACK });
    const apply = async (type: ResourceOperationType, resource: Resource) =>
      (await operations.begin({ type, resources: [resource] })).outcome;
    const more = source ? { source } : {};
    const volume = volumeResource('v1', 100, more);
    const located = directories.pathOf(volume);
    if (!located.ok) throw new Error(located.refusal.message);

    await apply('RESERVE', reservedDisk(100, more));
    expect(await apply('CREATE', volume)).toEqual({ ok: true });
    writeFileSync(join(located.value.path, 'file'), 'data');
    expect(checkpoint.resources.equals(Resources.of([volume]))).toBe(true);
    expect(await apply('DESTROY', volume)).toEqual({ ok: true });
    expect(existsSync(join(located.value.path, 'file'))).toBe(false);
    expect(checkpoint.resources.equals(Resources.of([reservedDisk(100, more)]))).toBe(true);
  },
);

describe('CREATE', () => {
  it('again, of what is there, is the same as once', async () => {
    await create();
    writeFileSync(join(path('v1'), 'file'), 'data');
    expect(await agent.apply('CREATE', V1)).toEqual({ ok: true });
    expect(agent.checkpoint.resources.count(V1)).toBe(1);
    expect(existsSync(join(path('v1'), 'file'))).toBe(true);
  });

  it('refuses a second volume of the same role and id, whatever its size or place in the call (A-047, A-048)', async () => {
    await create();
    await agent.apply('RESERVE', reservedDisk(300));
    expect(await agent.apply('CREATE', volumeResource('v1', 50))).toMatchObject({ ok: false, refusal: { code: 'volume_exists' } });
    const v2 = volumeResource('v2', 50);
    expect(await agent.apply('CREATE', v2, v2)).toMatchObject({ ok: false, refusal: { code: 'volume_exists' } });
    expect(existsSync(path('v2'))).toBe(false);
  });

  it('is all or nothing', async () => {
    await agent.apply('RESERVE', reservedDisk(100));
    expect(await agent.apply('CREATE', V1, volumeResource('v2', 50))).toMatchObject({ ok: false });
    expect(existsSync(path('v1'))).toBe(false);
  });

  it('remembers why it failed for the launches that follow, until it succeeds', async () => {
    expect(await agent.apply('CREATE', V1)).toMatchObject({ ok: false });
    expect(agent.operations.creationFailure('eng/v1')).toContain('The agent could not do it');
    await create();
    expect(agent.operations.creationFailure('eng/v1')).toBeUndefined();
  });
});

describe('DESTROY', () => {
  it('is refused while a container of this agent has the volume, and names it (A-043, A-140)', async () => {
    await create();
    writeFileSync(join(path('v1'), 'file'), 'data');
    holders.set('eng/v1', [holder]);
    const outcome = await agent.apply('DESTROY', V1);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'volume_in_use', details: { holders: [holder] } } });
    expect(existsSync(join(path('v1'), 'file'))).toBe(true);
    holders.clear();
    expect(await agent.apply('DESTROY', V1)).toEqual({ ok: true });
    expect(existsSync(path('v1'))).toBe(false);
  });

  it('of a volume that is gone is done already, also when its directory has vanished (A-139)', async () => {
    await create();
    execFileSync('rm', ['-r', path('v1')]);
    expect(await agent.apply('DESTROY', V1)).toEqual({ ok: true });
    expect(await agent.apply('DESTROY', V1)).toEqual({ ok: true });
  });

  it('must name the volume exactly, but not where it appears in containers (A-005, A-046)', async () => {
    await create();
    for (const other of [
      volumeResource('v1', 99),
      { ...V1, shared: false },
      { ...V1, reservations: [{ type: 'dynamic' as const, role: 'eng', principal: 'x' }] },
    ]) {
      expect(await agent.apply('DESTROY', other)).toMatchObject({ ok: false, refusal: { code: 'volume_not_found' } });
    }
    expect(await agent.apply('DESTROY', volumeResource('v1', 100, { path: 'elsewhere', mode: 'RO' }))).toEqual({ ok: true });
  });

  it('lets what follows go on while much data is being deleted, but not what may build on its end', async () => {
    await create();
    const order: string[] = [];
    let finishDeleting!: () => void;
    const isDeleting = new Promise<void>((resolve) => (finishDeleting = resolve));
    const real = agent.directories.erase.bind(agent.directories);
    agent.directories.erase = async (volume) => {
      await isDeleting;
      await real(volume);
    };
    const destroyed = (await agent.operations.begin({ type: 'DESTROY', resources: [V1] })).outcome.then((outcome) =>
      order.push(`gone ${outcome.ok}`),
    );
    expect([...agent.checkpoint.destroying]).toEqual(['eng/v1']);
    const created = agent.apply('CREATE', volumeResource('v2', 100)).then((outcome) => order.push(`created ${outcome.ok}`));
    finishDeleting();
    await Promise.all([destroyed, created]);
    expect(order).toEqual(['gone true', 'created true']);
  });

  it('that cannot delete all the data says so, keeps the volume from tasks, and can be repeated', async () => {
    await create();
    const stubborn = join(path('v1'), 'stubborn');
    writeFileSync(stubborn, '');
    execFileSync('chattr', ['+i', stubborn]);
    try {
      expect(await agent.apply('DESTROY', V1)).toMatchObject({
        ok: false,
        refusal: { code: 'agent_failed', message: expect.stringContaining(`operation not permitted (EPERM) at ${stubborn}`) },
      });
      expect(agent.checkpoint.resources.count(V1)).toBe(1);
      expect([...agent.checkpoint.destroying]).toEqual(['eng/v1']);
      expect(await agent.apply('CREATE', V1)).toMatchObject({ ok: false, refusal: { code: 'volume_exists' } });
    } finally {
      execFileSync('chattr', ['-i', stubborn]);
    }
    expect(await agent.apply('DESTROY', V1)).toEqual({ ok: true });
    expect(existsSync(path('v1'))).toBe(false);
    expect(agent.checkpoint.destroying.size).toBe(0);
  });

  it('that a crash cut off is finished by the next agent (A-187)', async () => {
    await create();
    writeFileSync(join(path('v1'), 'file'), 'data');
    agent.directories.erase = () => new Promise(() => undefined);
    await agent.operations.begin({ type: 'DESTROY', resources: [V1] });
    const restarted = await open();
    expect([...restarted.checkpoint.destroying]).toEqual(['eng/v1']);
    expect(await restarted.operations.finishDeletions()).toEqual([]);
    expect(existsSync(path('v1'))).toBe(false);
    expect(restarted.checkpoint.resources.equals(Resources.of([reservedDisk(100)]))).toBe(true);
    expect(await restarted.apply('DESTROY', V1)).toEqual({ ok: true });
  });
});
