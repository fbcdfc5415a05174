import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { type Holder, type Refusal, refuse } from '@holdfast/core/base';
import { Refusal as WireRefusal } from '../gen/holdfast/v1/refusal';
import { refusalCodec } from './refusal';
import { statusDetailsCodec } from './status-details';

const holder: Holder = {
  frameworkId: 'f1',
  taskId: 't1',
  launchId: 'l1',
  agentId: 'a1',
  mode: 'RO',
  state: 'ending',
  sinceMs: 1_700_000_000_123,
};
const inUse = refuse('volume_in_use', { role: 'eng', persistenceId: 'v1', holders: [holder, { ...holder, taskId: 't2' }] }, 7);
const onWire = (bytes: Uint8Array): WireRefusal => WireRefusal.decode(bytes);

describe('a refusal', () => {
  it('names every holder with all facts, and says what to do next', () => {
    expect(onWire(refusalCodec.encode(inUse))).toMatchObject({
      code: 'volume_in_use',
      message: inUse.message,
      advice: 'RETRY_LATER',
      details: { role: 'eng', persistence_id: 'v1' },
      holders: [
        {
          taskId: { value: 't1' },
          frameworkId: { value: 'f1' },
          agentId: { value: 'a1' },
          mode: 'RO',
          state: 'ENDING',
          since: { nanoseconds: 1_700_000_000_123_000_000n },
          launchId: 'l1',
        },
        { taskId: { value: 't2' } },
      ],
      ledgerRevision: 7n,
    });
  });

  it('keeps its facts apart from text that looks like them', () => {
    const refusal = refuse('invalid_argument', { field: '__proto__', problem: 'constructor' });
    expect(refusalCodec.decode(refusalCodec.encode(refusal))).toEqual({ ok: true, value: refusal });
  });

  it('keeps the sentence of whoever refused', () => {
    const refusal = { ...refuse('agent_refused', { problem: 'x' }), message: 'In other words.' };
    expect(refusalCodec.decode(refusalCodec.encode(refusal))).toEqual({ ok: true, value: refusal });
  });

  it.each<[Refusal, Record<string, string>]>([
    [
      refuse('destroy_pending', { role: 'eng', persistenceId: 'v1', sinceMs: 1_700_000_000_123, requester: 'ann' }),
      { role: 'eng', persistence_id: 'v1', since_ms: '1700000000123', requester: 'ann' },
    ],
    [
      refuse('destroy_not_pending', { role: 'eng', persistenceId: 'v1', state: 'ready' }),
      { role: 'eng', persistence_id: 'v1', state: 'ready' },
    ],
    [
      refuse('holder_unknown', { role: 'eng', persistenceId: 'v1', frameworkId: 'f1', taskId: 't1' }),
      { role: 'eng', persistence_id: 'v1', framework_id: 'f1', task_id: 't1' },
    ],
    [
      refuse('history_trimmed', { storeId: 's1', afterRevision: 4, oldestRevision: 9 }),
      { store_id: 's1', after_revision: '4', oldest_revision: '9' },
    ],
    [refuse('ledger_unavailable', { problem: 'gone' }), { problem: 'gone' }],
    [refuse('ledger_unavailable', { problem: 'gone', inDoubt: true }), { problem: 'gone', in_doubt: 'true' }],
    [refuse('ledger_unavailable', { problem: 'gone', inDoubt: false }), { problem: 'gone', in_doubt: 'false' }],
  ])('of $code says its facts by name', (refusal, details) => {
    expect(onWire(refusalCodec.encode(refusal)).details).toEqual(details);
    expect(refusalCodec.decode(refusalCodec.encode(refusal))).toEqual({ ok: true, value: refusal });
  });

  it.each([
    ['code', {}],
    ['code', { code: 'nonsense' }],
    ['code', { code: 'toString' }],
    ['details.offer_id', { code: 'offer_gone' }],
    ['details.limit_bytes', { code: 'message_too_large', details: { limit_bytes: '1.5' } }],
    ['details.in_doubt', { code: 'ledger_unavailable', details: { problem: 'p', in_doubt: 'perhaps' } }],
    // Later than a Date can be, and the sentence tells the moment.
    [
      'details.since_ms',
      { code: 'destroy_pending', details: { role: 'eng', persistence_id: 'v', requester: 'r', since_ms: '8640000000000001' } },
    ],
    ['holders[0].mode', { code: 'volume_in_use', details: { role: 'eng', persistence_id: 'v' }, holders: [{}] }],
    [
      'holders[0].state',
      {
        code: 'volume_in_use',
        details: { role: 'eng', persistence_id: 'v' },
        holders: [
          {
            framework_id: { value: 'f' },
            task_id: { value: 't' },
            agent_id: { value: 'a' },
            launch_id: 'l',
            mode: 'RW',
            state: 'STATE_UNSPECIFIED',
          },
        ],
      },
    ],
    ['ledger_revision', { code: 'offer_gone', details: { offer_id: 'o' }, ledger_revision: '9007199254740992' }],
  ])('that is malformed is refused for its field %s', (field, json) => {
    const bytes = Buffer.from(WireRefusal.encode(WireRefusal.fromJSON(json)).finish());
    expect(refusalCodec.decode(bytes)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
  });
});

/** Two fields that have a length: tag, length as varint, bytes. */
const field = (tag1: number, bytes1: Buffer, tag2: number, bytes2: Buffer): Buffer =>
  Buffer.from(new BinaryWriter().uint32(tag1).bytes(bytes1).uint32(tag2).bytes(bytes2).finish());

describe('the details of a gRPC status', () => {
  it('are a google.rpc.Status with the refusal as Any', () => {
    const details = { code: 9, message: 'no', refusal: refuse('offer_gone', { offerId: 'o1' }) };
    const bytes = statusDetailsCodec.encode(details);
    const inner = refusalCodec.encode(details.refusal);
    const type = Buffer.from('type.googleapis.com/holdfast.v1.Refusal');
    const any = field(0x0a, type, 0x12, inner);
    expect(bytes).toEqual(Buffer.concat([Buffer.from([0x08, 9]), field(0x12, Buffer.from('no'), 0x1a, any)]));
    expect(statusDetailsCodec.decode(bytes)).toEqual({ ok: true, value: details });
  });

  it('may hold details that are not ours', () => {
    const other = Buffer.from('1a070a0378797a1200', 'hex');
    expect(statusDetailsCodec.decode(other)).toEqual({ ok: true, value: { code: 0, message: '' } });
  });
});
