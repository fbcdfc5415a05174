import { Resources } from '@holdfast/core/resources';
import type { Offer } from '@holdfast/core/offers';
import {
  cpus,
  createVolume,
  disk,
  findVolume,
  mem,
  mounted,
  persistentVolume,
  reserved,
  reservedDiskMb,
  task,
  unreservedDiskMb,
} from './index';

const reservedDisk = reserved(disk(2048), { role: 'eng', principal: 'ops' });
const volume = persistentVolume(reservedDisk, { id: 'dataset', shared: true, principal: 'ops' });

const offer = (resources: Resources): Offer => ({
  id: 'o',
  frameworkId: 'f',
  agentId: 'a',
  hostname: 'h',
  role: 'eng',
  resources,
  attributes: [],
});

describe('builders of resources', () => {
  it('reserves what it is given on top of its stack', () => {
    expect(reserved(reserved(cpus(1), { role: 'eng' }), { role: 'eng/web' }).reservations).toEqual([
      { type: 'dynamic', role: 'eng' },
      { type: 'dynamic', role: 'eng/web' },
    ]);
  });

  it('makes a shared volume of reserved disk, to be seen under its id unless told otherwise', () => {
    expect(volume).toMatchObject({
      name: 'disk',
      shared: true,
      reservations: [{ type: 'dynamic', role: 'eng', principal: 'ops' }],
      disk: { persistence: { id: 'dataset', principal: 'ops' }, volume: { containerPath: 'dataset', mode: 'RW' } },
    });
    expect(persistentVolume(reservedDisk, { id: 'v', containerPath: 'data/v' }).disk?.volume?.containerPath).toBe('data/v');
  });

  it('lets a task see the volume read-only and elsewhere, and it stays the same volume (A-005)', () => {
    const seen = mounted(volume, { mode: 'RO', containerPath: 'input' });
    expect(seen.disk?.volume).toEqual({ mode: 'RO', containerPath: 'input' });
    expect(Resources.of([volume]).contains(Resources.of([seen]))).toBe(true);
  });

  it('strips the allocation of an offer from what goes into operations and tasks', () => {
    const [offered] = Resources.of([volume]).allocate('eng').toList();
    if (!offered) throw new Error('no volume');
    expect(createVolume(offered)).toMatchObject({ type: 'CREATE', resources: [expect.not.objectContaining({ allocationRole: 'eng' })] });
    const built = task({ id: 't', agentId: 'a', cpus: 0.5, memMb: 64, command: 'true', volumes: [{ volume: offered, mode: 'RW' }] });
    expect(built.resources.toList().some(({ allocationRole }) => allocationRole !== undefined)).toBe(false);
  });

  it('tells a line for the shell from a program with its arguments', () => {
    const common = { id: 't', agentId: 'a', cpus: 1, memMb: 1, environment: { A: 'b' } };
    expect(task({ ...common, command: 'echo hi' }).command).toEqual({
      shell: true,
      value: 'echo hi',
      args: [],
      environment: [{ name: 'A', value: 'b' }],
    });
    expect(task({ ...common, command: { program: '/bin/echo', args: ['echo', 'hi'] } }).command).toMatchObject({
      shell: false,
      value: '/bin/echo',
      args: ['echo', 'hi'],
    });
  });
});

describe('reading offers', () => {
  const offered = offer(Resources.of([cpus(2), mem(64), disk(100), reserved(disk(30), { role: 'eng' }), volume]).allocate('eng'));

  it('counts unreserved and reserved disk without the volumes on it', () => {
    expect(unreservedDiskMb(offered)).toBe(100);
    expect(reservedDiskMb(offered, 'eng')).toBe(30);
    expect(reservedDiskMb(offered, 'ads')).toBe(0);
  });

  it('finds a volume by its id', () => {
    expect(findVolume(offered, 'dataset')?.shared).toBe(true);
    expect(findVolume(offered, 'other')).toBeUndefined();
  });
});
