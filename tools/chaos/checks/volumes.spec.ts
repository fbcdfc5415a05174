import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerVolume, VolumeState } from '@holdfast/core/volumes';
import type { ReadyInfo } from '@holdfast/testing/cluster';
import { VolumeBook, type KnownVolume, type VolumeLife } from '../load/volume-book';
import { compareVolumes, settleBook, type VolumeCheck } from './volumes';

describe('our own comparison of volumes', () => {
  let workDir: string;
  let book: VolumeBook;
  beforeEach(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'holdfast-volumes-'));
    book = new VolumeBook();
  });
  afterEach(() => rm(workDir, { recursive: true, force: true }));

  const know = (life: VolumeLife, isWritten = false): KnownVolume => {
    const volume = { agentId: 'a1', role: 'eng', id: 'v', shared: true, token: 'v.1', creator: 't1', life, isWritten };
    book.put(volume);
    return volume;
  };
  const onDisk = async (token?: string) => {
    const dir = join(workDir, 'volumes/roles/eng/v');
    await mkdir(dir, { recursive: true });
    if (token !== undefined) await writeFile(join(dir, 'token'), `${token}\n`);
  };
  const check = (state?: VolumeState, hasLostWrites = false): VolumeCheck => ({
    book,
    ready: { agents: [{ id: 'a1', http: '', workDir }] } as unknown as ReadyInfo,
    volumes: state === undefined ? [] : [{ agentId: 'a1', volume: 'eng/v', state } as LedgerVolume],
    hasLostWrites,
  });
  const seen = (...args: Parameters<typeof check>) => compareVolumes(check(...args)).map((found) => found.check);

  it('is content with a volume that exists, with its data', async () => {
    know('exists', true);
    await onDisk('v.1');
    expect(seen('ready')).toEqual([]);
  });

  it('misses a volume that exists by the answers, in the ledger and on the disk', async () => {
    know('exists');
    expect(seen('ready')).toEqual(['volume lost']);
    await onDisk();
    expect(seen()).toEqual(['volume lost']);
    expect(seen('destroying')).toEqual(['volume lost']);
  });

  it('misses its data, also where another volume has taken its place (promise 10)', async () => {
    know('exists', true);
    await onDisk();
    expect(seen('ready')).toEqual(['data lost']);
    await onDisk('v.2');
    expect(seen('ready')).toEqual(['data lost']);
  });

  it('waits for a granted DESTROY, unless Redis has forgotten it', async () => {
    know('doomed');
    expect(seen()).toEqual([]);
    expect(seen('destroying')).toEqual(['destroy not carried out']);
    await onDisk();
    expect(seen()).toEqual(['destroy not carried out']);
    expect(seen('ready', true)).toEqual([]);
  });

  it('leaves open what the answers left open, until it is looked at', async () => {
    const volume = know('doubtful');
    expect(seen()).toEqual([]);
    await onDisk();
    expect(seen('ready')).toEqual([]);
    settleBook(check('ready'));
    expect(volume.life).toBe('exists');
    expect(seen()).toEqual(['volume lost']);
  });

  it('sees a volume that nobody has asked for', () => {
    expect(seen('ready')).toEqual(['volume from nowhere']);
  });
});
