import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Call as WireCall } from '../gen/holdfast/v1/scheduler_call';
import { schedulerCallCodec } from './scheduler-call';

const framework_id = { value: 'f1' };
const agent_id = { value: 'a1' };
const encode = (json: object): Buffer => Buffer.from(WireCall.encode(WireCall.fromJSON(json)).finish());
const decode = (json: object) => schedulerCallCodec.decode(encode(json));
const refusedFor = (field: string) => ({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });

describe('a call', () => {
  it.each([
    ['SUBSCRIBE', 'subscribe'],
    ['ACCEPT', 'accept'],
    ['DECLINE', 'decline'],
    ['ACCEPT_INVERSE_OFFERS', 'accept_inverse_offers'],
    ['DECLINE_INVERSE_OFFERS', 'decline_inverse_offers'],
    ['KILL', 'kill'],
    ['SHUTDOWN', 'shutdown'],
    ['ACKNOWLEDGE', 'acknowledge'],
    ['ACKNOWLEDGE_OPERATION_STATUS', 'acknowledge_operation_status'],
    ['RECONCILE', 'reconcile'],
    ['RECONCILE_OPERATIONS', 'reconcile_operations'],
    ['MESSAGE', 'message'],
    ['REQUEST', 'request'],
    ['UPDATE_FRAMEWORK', 'update_framework'],
  ])('%s is refused without its own message (D-009)', (type, field) => {
    expect(decode({ type, framework_id })).toMatchObject(refusedFor(field));
  });

  it.each(['TEARDOWN', 'REVIVE', 'SUPPRESS'])('%s needs none', (type) => {
    expect(decode({ type, framework_id })).toMatchObject({ ok: true, value: { type, frameworkId: 'f1' } });
  });

  it('without a type is refused, and so is one that nobody knows (D-009)', () => {
    expect(decode({ framework_id })).toMatchObject(refusedFor('type'));
    const unheardOf = Buffer.concat([encode({ framework_id }), new BinaryWriter().uint32(16).int32(99).finish()]);
    expect(schedulerCallCodec.decode(unheardOf)).toMatchObject(refusedFor('type'));
  });

  it('of the type UNKNOWN is not supported, which is 501 on the Mesos door (D-009)', () => {
    expect(decode({ type: 'UNKNOWN', framework_id })).toMatchObject({ ok: false, refusal: { code: 'operation_unsupported' } });
  });

  it('must name its framework, unless it subscribes (D-009)', () => {
    expect(decode({ type: 'TEARDOWN' })).toMatchObject(refusedFor('framework_id'));
    expect(decode({ type: 'TEARDOWN', framework_id: { value: '' } })).toMatchObject(refusedFor('framework_id.value'));
  });

  it('may carry the number under which it is answered, up to the largest that is exact', () => {
    expect(decode({ type: 'TEARDOWN', framework_id, call_number: '9007199254740991' })).toMatchObject({
      ok: true,
      value: { callNumber: Number.MAX_SAFE_INTEGER },
    });
    expect(decode({ type: 'TEARDOWN', framework_id, call_number: '9007199254740992' })).toMatchObject(refusedFor('call_number'));
  });

  it('keeps the paths of what is wrong inside', () => {
    expect(decode({ type: 'ACKNOWLEDGE', framework_id, acknowledge: { agent_id, task_id: { value: 't1' } } })).toMatchObject(
      refusedFor('acknowledge.uuid'),
    );
    expect(decode({ type: 'ACCEPT', framework_id, accept: { offer_ids: [{}] } })).toMatchObject(refusedFor('accept.offer_ids[0].value'));
  });

  it('that acknowledges an operation names its agent (D-095)', () => {
    const acknowledge_operation_status = { operation_id: { value: 'op1' }, uuid: Buffer.alloc(16).toString('base64') };
    const call = { type: 'ACKNOWLEDGE_OPERATION_STATUS', framework_id };
    expect(decode({ ...call, acknowledge_operation_status })).toMatchObject(refusedFor('acknowledge_operation_status.agent_id'));
    expect(decode({ ...call, acknowledge_operation_status: { ...acknowledge_operation_status, agent_id } })).toMatchObject({ ok: true });
  });
});

describe('SUBSCRIBE', () => {
  const subscribe = (id: object | undefined, inside: object | undefined) =>
    decode({ type: 'SUBSCRIBE', framework_id: id, subscribe: { framework_info: { user: 'u', name: 'n', id: inside } } });

  it.each([
    ['neither', undefined, undefined],
    ['an empty one', { value: '' }, { value: '' }],
    ['one empty, one absent', { value: '' }, undefined],
    ['the same twice', { value: 'f1' }, { value: 'f1' }],
  ])('may name its framework: %s (D-001, D-004)', (_name, id, inside) => {
    expect(subscribe(id, inside)).toMatchObject({ ok: true, value: { type: 'SUBSCRIBE' } });
  });

  it.each([
    ['in one place only', { value: 'f1' }, undefined],
    ['in the other only', undefined, { value: 'f1' }],
    ['differently', { value: 'f1' }, { value: 'f2' }],
  ])('is refused if it names it %s (D-009)', (_name, id, inside) => {
    expect(subscribe(id, inside)).toMatchObject(refusedFor('framework_id'));
  });
});

describe('UPDATE_FRAMEWORK', () => {
  it('is of the framework that it names, and of no other', () => {
    const update = (id: object | undefined) =>
      decode({ type: 'UPDATE_FRAMEWORK', framework_id, update_framework: { framework_info: { user: 'u', name: 'n', id } } });
    expect(update({ value: 'f1' })).toMatchObject({ ok: true, value: { frameworkId: 'f1', framework: { id: 'f1' } } });
    expect(update({ value: 'f2' })).toMatchObject(refusedFor('framework_id'));
    expect(update(undefined)).toMatchObject(refusedFor('framework_id'));
  });
});

describe('ACCEPT as a call', () => {
  it('refuses one malformed operation alone, by its path (B-071, B-076)', () => {
    const operations = [
      { type: 'CREATE', create: { volumes: [{ name: 'disk' }] } },
      { type: 'LAUNCH', launch: {} },
    ];
    expect(
      decode({ type: 'ACCEPT', framework_id, accept: { offer_ids: [{ value: 'o1' }], operations, filters: { refuse_seconds: 2 } } }),
    ).toMatchObject({
      ok: true,
      value: {
        type: 'ACCEPT',
        frameworkId: 'f1',
        offerIds: ['o1'],
        filters: { refuseMs: 2000 },
        operations: [
          { type: 'MALFORMED', declaredType: 'CREATE', refusal: { details: { field: 'accept.operations[0].create.volumes[0].type' } } },
          { type: 'LAUNCH', tasks: [] },
        ],
      },
    });
  });
});
