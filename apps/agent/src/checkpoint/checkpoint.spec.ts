import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Resource, Resources } from '@holdfast/core/resources';
import { VolumeDirectories } from '../disks';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { checksum } from '../files';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { Checkpoint, CheckpointBroken, checkpointFiles, type CheckpointFiles, type CheckpointRecord } from './index';
import { encodeRecord } from './checkpoint-record';

const directory = useTempDirectory();
const meta = () => join(directory(), 'meta');
const committedPath = () => join(meta(), 'resources.info');
const targetPath = () => join(meta(), 'resources.target');
const volumeDirectory = (id: string) => join(directory(), 'volumes/roles/eng', id);
beforeEach(() => mkdirSync(meta()));

const parsed = (text: string): Resources => {
  const resources = Resources.parse(text);
  if (!resources.ok) throw new Error(resources.refusal.message);
  return resources.value;
};
const CONFIGURED = 'cpus:4;mem:4096;disk:1024';

interface Options {
  readonly configured?: string;
  readonly files?: Partial<CheckpointFiles>;
  readonly directories?: VolumeDirectories;
}
const open = ({ configured = CONFIGURED, files, directories }: Options = {}) =>
  Checkpoint.open({
    files: { ...checkpointFiles(meta()), ...files },
    directories: directories ?? new VolumeDirectories(directory()),
    configured: parsed(configured),
  });

const record = (resources: readonly Resource[], destroying: readonly string[] = []): CheckpointRecord => ({
  resources: Resources.of(resources),
  destroying: new Set(destroying),
  outcomes: [],
});
const V1 = volumeResource('v1', 100);
const V2 = volumeResource('v2', 50);
const WITH_V1 = record([V1, reservedDisk(50)]);

describe('the checkpoint', () => {
  it('is what was committed, after a restart too, with one copy of each volume (A-181, A-188)', async () => {
    const first = await open();
    expect(first.total.equals(parsed(CONFIGURED))).toBe(true);
    expect(await first.commit(WITH_V1)).toEqual({ ok: true });
    const second = await open();
    for (const checkpoint of [first, second]) {
      expect(checkpoint.resources.equals(WITH_V1.resources)).toBe(true);
      expect(checkpoint.resources.count(V1)).toBe(1);
      expect(checkpoint.total.equals(parsed('cpus:4;mem:4096;disk:874').add(WITH_V1.resources))).toBe(true);
    }
    expect(second.resources.toList().find(({ shared }) => shared)?.disk).toEqual(V1.disk);
  });

  it('is read as the first agents have written it, and written so while nothing else is to be remembered (B-143)', async () => {
    const content = encodeRecord(WITH_V1).split('\n')[1] ?? '';
    const { format, resources, destroying, ...rest } = JSON.parse(content) as Record<string, unknown>;
    expect([format, rest]).toEqual([1, {}]);
    const old = JSON.stringify({ format, resources, destroying });
    writeFileSync(committedPath(), `${checksum(old)}\n${old}\n`);
    const checkpoint = await open();
    expect([checkpoint.resources.equals(WITH_V1.resources), checkpoint.outcomes]).toEqual([true, []]);
  });

  it('takes changes that come at once one after the other, each on top of the last', async () => {
    const checkpoint = await open();
    await checkpoint.commit(record([reservedDisk(50)]));
    const outcome = (id: string) =>
      ({ operationUuid: id, frameworkId: 'f1', operationId: id, state: 'OPERATION_FINISHED', uuid: Buffer.alloc(16) }) as const;
    await Promise.all([
      checkpoint.commit({ outcome: outcome('o1') }),
      checkpoint.commit({ resources: Resources.of([V1]), outcome: outcome('o2') }),
      checkpoint.commit({ forgets: ({ operationId }) => operationId === 'o1' }),
      checkpoint.commit({ outcome: outcome('o3') }),
    ]);
    for (const each of [checkpoint, await open()]) {
      expect(each.outcomes.map(({ operationId }) => operationId)).toEqual(['o2', 'o3']);
      expect(each.resources.equals(Resources.of([V1]))).toBe(true);
    }
  });

  it('makes and deletes directories by the difference of paths (A-136, A-138, A-141)', async () => {
    const checkpoint = await open();
    await checkpoint.commit(WITH_V1);
    writeFileSync(join(volumeDirectory('v1'), 'file'), 'data');
    const grown = volumeResource('v1', 120);
    await checkpoint.commit(record([grown, V2]));
    expect(readFileSync(join(volumeDirectory('v1'), 'file'), 'utf8')).toBe('data');
    expect(existsSync(volumeDirectory('v2'))).toBe(true);
    await checkpoint.commit(record([grown, V2], ['eng/v1']));
    await checkpoint.commit(record([V2]));
    expect(existsSync(volumeDirectory('v1'))).toBe(false);
    expect(existsSync(volumeDirectory('v2'))).toBe(true);
  });

  it('never deletes data whose destruction was not committed first', async () => {
    const checkpoint = await open();
    await checkpoint.commit(WITH_V1);
    await expect(checkpoint.commit(record([]))).rejects.toThrow('no data is deleted before the intent to is committed');
    expect(existsSync(volumeDirectory('v1'))).toBe(true);
  });

  it('refuses what the agent does not have', async () => {
    const checkpoint = await open();
    const outcome = await checkpoint.commit(record([volumeResource('v1', 2000)]));
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'agent_failed' } });
    expect(existsSync(volumeDirectory('v1'))).toBe(false);
  });
});

describe('the commit protocol (A-186)', () => {
  type Step = 'writeTarget' | 'make' | 'commitTarget' | 'syncCommitted';

  /** A checkpoint whose next commit comes to a dead stop before a step, as if the process had been killed there. */
  async function stoppingBefore(step: Step): Promise<{ readonly checkpoint: Checkpoint; readonly stopped: Promise<void> }> {
    let arrive!: () => void;
    const stopped = new Promise<void>((resolve) => (arrive = resolve));
    const stop = () => {
      arrive();
      return new Promise<never>(() => undefined);
    };
    const directories = new VolumeDirectories(directory());
    if (step === 'make') directories.make = stop;
    return { checkpoint: await open({ directories, files: step === 'make' ? {} : { [step]: stop } }), stopped };
  }

  it.each([
    ['writeTarget', false],
    ['make', true],
    ['commitTarget', true],
    ['syncCommitted', true],
  ] as const)('is, when a crash comes before %s, carried out as a whole or not at all', async (step, isDone) => {
    await (await open()).commit(record([reservedDisk(50)]));
    const { checkpoint, stopped } = await stoppingBefore(step);
    void checkpoint.commit(record([V1]));
    await stopped;
    const restarted = await open();
    expect(restarted.resources.equals(Resources.of(isDone ? [V1] : [reservedDisk(50)]))).toBe(true);
    expect(existsSync(volumeDirectory('v1'))).toBe(isDone);
    expect(existsSync(targetPath())).toBe(false);
    expect((await open()).resources.equals(restarted.resources)).toBe(true);
  });

  it('never reads a target that is not whole, at whatever byte it ends', async () => {
    await (await open()).commit(WITH_V1);
    const whole = encodeRecord(record([V2]));
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(targetPath(), whole.slice(0, length));
      const restarted = await open();
      expect(restarted.resources.equals(WITH_V1.resources)).toBe(true);
      expect(existsSync(targetPath())).toBe(false);
    }
    expect(existsSync(volumeDirectory('v2'))).toBe(false);
  });

  it('never reads a target in which a crash has mixed old and new', async () => {
    await (await open()).commit(WITH_V1);
    const whole = encodeRecord(record([V2]));
    const at = whole.length - 40;
    writeFileSync(targetPath(), `${whole.slice(0, at)}${'A'.repeat(8)}${whole.slice(at + 8)}`);
    expect((await open()).resources.equals(WITH_V1.resources)).toBe(true);
    expect(existsSync(targetPath())).toBe(false);
  });

  it('carries out a whole target before anything else at the next start', async () => {
    await (await open()).commit(WITH_V1);
    writeFileSync(targetPath(), encodeRecord(record([V1, V2])));
    const restarted = await open();
    expect(restarted.resources.equals(Resources.of([V1, V2]))).toBe(true);
    expect(existsSync(volumeDirectory('v2'))).toBe(true);
    expect(readFileSync(committedPath(), 'utf8')).toBe(encodeRecord(record([V1, V2])));
  });

  it('refuses a change for which the disk has no room, and goes on living', async () => {
    const disk = mountSmallDisk(meta(), 64);
    try {
      const checkpoint = await open();
      await checkpoint.commit(record([reservedDisk(50)]));
      disk.fill();
      const outcome = await checkpoint.commit(WITH_V1);
      expect(outcome).toMatchObject({
        ok: false,
        refusal: { code: 'agent_failed', message: expect.stringContaining('no space left on device (ENOSPC)') },
      });
      expect(existsSync(volumeDirectory('v1'))).toBe(false);
      expect(existsSync(targetPath())).toBe(false);
      expect(checkpoint.resources.equals(Resources.of([reservedDisk(50)]))).toBe(true);
      disk.makeRoom();
      expect(await checkpoint.commit(WITH_V1)).toEqual({ ok: true });
    } finally {
      disk.unmount();
    }
  });

  it('takes back what it has made when a later directory cannot be made', async () => {
    const checkpoint = await open();
    mkdirSync(join(directory(), 'volumes/roles/eng'), { recursive: true });
    writeFileSync(volumeDirectory('v2'), 'a file is in the way');
    const outcome = await checkpoint.commit(record([V1, V2]));
    expect(outcome).toMatchObject({ ok: false, refusal: { message: expect.stringContaining('v2 is in the way') } });
    expect(existsSync(volumeDirectory('v1'))).toBe(false);
    expect(existsSync(targetPath())).toBe(false);
    expect((await open()).resources.isEmpty).toBe(true);
  });

  const onFire = () => Promise.reject(new Error('disk on fire'));

  it('ends the agent when it can neither go on nor back', async () => {
    let isBurning = false;
    const { dropTarget } = checkpointFiles(meta());
    const checkpoint = await open({ files: { commitTarget: onFire, dropTarget: () => (isBurning ? onFire() : dropTarget()) } });
    isBurning = true;
    await expect(checkpoint.commit(WITH_V1)).rejects.toThrow(CheckpointBroken);
    expect(checkpoint.resources.isEmpty).toBe(true);
  });

  it('ends the agent when it is not certain that the change has reached the disk', async () => {
    const checkpoint = await open({ files: { syncCommitted: onFire } });
    await expect(checkpoint.commit(WITH_V1)).rejects.toThrow(CheckpointBroken);
  });
});

describe('a start over what is remembered', () => {
  it('is refused when the resources no longer cover it (A-183)', async () => {
    const cpu = { ...reservedDisk(2), name: 'cpus' };
    await (await open()).commit(record([V1, reservedDisk(50), cpu]));
    const said = await open({ configured: 'cpus:1.5;mem:4096;disk:120' }).catch((fault: Error) => fault.message);
    expect(said).toMatch(/HOLDFAST_AGENT_RESOURCES, .*disk:120\) no longer cover the reservations and volumes that it keeps \(.*v1.*\)/);
    for (const missing of ['disk:30', 'cpus:0.5'])
      expect(said).toMatch(new RegExp(`: .*\\b${missing}\\b.* is missing\\. Add that and start it again`));
    expect(existsSync(volumeDirectory('v1'))).toBe(true);
  });

  it('is fine when they still do (A-184)', async () => {
    await (await open()).commit(WITH_V1);
    const restarted = await open({ configured: 'cpus:12;mem:2048;disk:150' });
    expect(restarted.total.equals(parsed('cpus:12;mem:2048').add(WITH_V1.resources))).toBe(true);
  });

  it('is refused when the file is damaged: starting empty would forget volumes', async () => {
    await (await open()).commit(WITH_V1);
    const whole = readFileSync(committedPath(), 'utf8');
    for (const damaged of [whole.slice(0, -10), '', whole.replace('"destroying":[]', '"destroying":[""]')]) {
      writeFileSync(committedPath(), damaged);
      await expect(open()).rejects.toThrow(/are damaged/);
    }
    const [, content = ''] = whole.split('\n');
    const newer = content.replace('"format":1', '"format":3');
    writeFileSync(committedPath(), `${checksum(newer)}\n${newer}\n`);
    await expect(open()).rejects.toThrow(/another version/);
  });

  it('is refused, in words, when a cut-off change cannot be finished', async () => {
    await (await open()).commit(WITH_V1);
    writeFileSync(targetPath(), encodeRecord(record([V1, V2])));
    writeFileSync(volumeDirectory('v2'), 'in the way');
    await expect(open()).rejects.toThrow(/that was cut off stands in .* and cannot be finished: .*v2 is in the way/);
  });
});
