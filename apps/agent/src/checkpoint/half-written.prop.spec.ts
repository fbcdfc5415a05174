import fc from 'fast-check';
import { Resources } from '@holdfast/core/resources';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { type CheckpointRecord, decodeRecord, encodeRecord } from './checkpoint-record';

const volume = fc
  .tuple(fc.stringMatching(/^[a-zäé-]{1,12}$/), fc.integer({ min: 1, max: 10_000 }))
  .map(([id, mb]) => volumeResource(id, mb));
const outcome: fc.Arbitrary<CheckpointRecord['outcomes'][number]> = fc.record(
  {
    operationUuid: fc.uuid(),
    frameworkId: fc.string(),
    operationId: fc.string({ unit: 'binary' }),
    state: fc.constantFrom('OPERATION_FINISHED', 'OPERATION_FAILED'),
    message: fc.string({ unit: 'binary' }),
    uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  },
  { requiredKeys: ['operationUuid', 'frameworkId', 'operationId', 'state', 'uuid'] },
);
const record: fc.Arbitrary<CheckpointRecord> = fc
  .tuple(
    fc.uniqueArray(volume, { selector: ({ disk }) => disk?.persistence?.id, maxLength: 4 }),
    fc.array(outcome, { maxLength: 3 }),
    fc.nat(50),
  )
  .map(([volumes, outcomes, mb]) => ({
    resources: Resources.of([...volumes, ...(mb > 0 ? [reservedDisk(mb)] : [])]),
    destroying: new Set(volumes.slice(1).map(({ disk }) => `eng/${disk?.persistence?.id}`)),
    outcomes,
  }));

describe('a checkpoint, whatever is in it (A-186)', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(record, (written) => {
        const read = decodeRecord(encodeRecord(written));
        if (read === undefined || read === 'unknown_format') throw new Error('not read');
        expect(read.resources.equals(written.resources)).toBe(true);
        expect([read.destroying, read.outcomes]).toEqual([written.destroying, written.outcomes]);
      }),
    );
  });

  it('is not read when it ends early, at whatever byte', () => {
    fc.assert(
      fc.property(record, (written) => {
        const bytes = Buffer.from(encodeRecord(written));
        for (let length = 0; length < bytes.length; length++) expect(decodeRecord(bytes.subarray(0, length).toString())).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  it('is not read when any bytes of it are others, or when the old one shows through behind it', () => {
    const change = fc.tuple(record, record, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 600 }));
    fc.assert(
      fc.property(change, ([written, older, place, others]) => {
        const bytes = Buffer.from(encodeRecord(written));
        const spoiled = Buffer.from(bytes);
        spoiled.set(others.subarray(0, bytes.length - (place % bytes.length)), place % bytes.length);
        // Bytes that are no text may read as those that were there.
        fc.pre(spoiled.toString() !== bytes.toString());
        expect(decodeRecord(spoiled.toString())).toBeUndefined();
        const behind = Buffer.from(encodeRecord(older)).subarray(bytes.length);
        if (behind.length > 0) expect(decodeRecord(Buffer.concat([bytes, behind]).toString())).toBeUndefined();
      }),
    );
  });
});
