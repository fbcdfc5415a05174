import type { Operation, ResourceOperation } from '@holdfast/core/offers';
import { LinkResponse as WireLinkResponse } from '../gen/holdfast/internal/v1/agent_link';
import { Offer_Operation as WireOperation } from '../gen/holdfast/v1/offer';
import { AcceptRequest as WireAcceptRequest, AcceptResponse as WireAcceptResponse } from '../gen/holdfast/v1/scheduler_service';
import { acceptRequestCodec, acceptResponseCodec } from './accept';
import { linkResponseCodec } from './master-message';
import { schedulerCallCodec } from './scheduler-call';

const volume = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 64 },
  reservations: [{ type: 'DYNAMIC', role: 'eng' }],
  disk: { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } },
  shared: {},
};
const HOUR_NS = '3600000000000';
const TEN_YEARS_NS = 315_360_000_000_000_000n;

const acceptOf = (operation: object) =>
  Buffer.from(WireAcceptRequest.encode(WireAcceptRequest.fromJSON({ framework_id: { value: 'f1' }, operations: [operation] })).finish());

function firstOf(operation: object): Operation | undefined {
  const read = acceptRequestCodec.decode(acceptOf(operation));
  return read.ok ? read.value.operations[0] : undefined;
}

const destroy = (when_unused?: object) => ({ type: 'DESTROY', destroy: { volumes: [volume], ...(when_unused && { when_unused }) } });
const DESTROY: ResourceOperation = {
  type: 'DESTROY',
  resources: [],
  whenUnused: { admitsReaders: true, deadlineMs: 3_600_000, onDeadline: 'kill' },
};

describe('a DESTROY when unused', () => {
  it('says whether readers are admitted, until when it waits, and what then', () => {
    const asked = destroy({ admit_readers: true, deadline: { nanoseconds: HOUR_NS }, on_deadline: 'KILL_HOLDERS' });
    expect(firstOf(asked)).toMatchObject({
      type: 'DESTROY',
      resources: [{ name: 'disk', shared: true }],
      whenUnused: { admitsReaders: true, deadlineMs: 3_600_000, onDeadline: 'kill' },
    });
  });

  it('admits nobody, waits as long as it takes and kills nobody, unless it says otherwise', () => {
    expect(firstOf(destroy({}))).toMatchObject({ whenUnused: { admitsReaders: false, onDeadline: 'cancel' } });
    expect(firstOf(destroy({ on_deadline: 'CANCEL' }))).toMatchObject({ whenUnused: { onDeadline: 'cancel' } });
  });

  it('is not a plain DESTROY, which refuses where this waits', () => {
    expect(firstOf(destroy())).not.toHaveProperty('whenUnused');
  });

  it('is only a DESTROY', () => {
    const operation = { type: 'CREATE', create: { volumes: [volume] }, destroy: { when_unused: { admit_readers: true } } };
    expect(firstOf(operation)).not.toHaveProperty('whenUnused');
  });

  it('is the same in a Call', () => {
    const bytes = schedulerCallCodec.encode({ type: 'ACCEPT', frameworkId: 'f1', offerIds: [], operations: [DESTROY], filters: {} });
    expect(schedulerCallCodec.decode(bytes)).toMatchObject({ ok: true, value: { operations: [DESTROY] } });
  });

  it('takes deadlines up to ten years', () => {
    expect(firstOf(destroy({ deadline: { nanoseconds: `${TEN_YEARS_NS}` } }))).toMatchObject({
      whenUnused: { deadlineMs: 315_360_000_000 },
    });
    expect(firstOf(destroy({ deadline: { nanoseconds: '1' } }))).toMatchObject({ whenUnused: { deadlineMs: 1 } });
  });

  it.each([
    ['a deadline that is over before it begins', { deadline: { nanoseconds: '0' } }, 'deadline.nanoseconds'],
    ['a deadline in the past', { deadline: { nanoseconds: '-1' } }, 'deadline.nanoseconds'],
    ['a deadline beyond ten years', { deadline: { nanoseconds: `${TEN_YEARS_NS + 1n}` } }, 'deadline.nanoseconds'],
    ['a deadline that says nothing', { deadline: {} }, 'deadline.nanoseconds'],
    ['no outcome that there is', { on_deadline: 'DRAIN_OUTCOME_UNSPECIFIED' }, 'on_deadline'],
    ['an outcome that nobody knows', { on_deadline: 77 }, 'on_deadline'],
  ])('is refused by itself with %s', (_name, when_unused, field) => {
    expect(firstOf(destroy(when_unused))).toMatchObject({
      type: 'MALFORMED',
      declaredType: 'DESTROY',
      refusal: { code: 'invalid_argument', details: { field: `operations[0].destroy.when_unused.${field}` } },
    });
  });

  it('does not reach the agent, which is told to destroy when the waiting is over', () => {
    const message = { kind: 'apply_operation', operationUuid: 'u1', operation: DESTROY, ledgerRevision: 1 } as const;
    const bytes = linkResponseCodec.encode({ epoch: 1, messages: [message] });
    const told = WireLinkResponse.decode(bytes).messages[0]!.message;
    if (told?.$case !== 'applyOperation') throw new Error('another message');
    expect(told.value.operation?.destroy).toEqual({ volumes: [] });

    told.value.operation = WireOperation.fromJSON(destroy({ on_deadline: 77 }));
    const link = WireLinkResponse.fromPartial({ epoch: 1n, messages: [{ message: told }] });
    const heard = linkResponseCodec.decode(Buffer.from(WireLinkResponse.encode(link).finish()));
    const operation = heard.ok && heard.value.messages[0]?.kind === 'apply_operation' && heard.value.messages[0].operation;
    expect(operation).toMatchObject({ type: 'DESTROY', resources: [{ name: 'disk' }] });
    expect(operation).not.toHaveProperty('whenUnused');
  });

  it('is answered with those it waits for', () => {
    const holder = {
      frameworkId: 'f2',
      taskId: 't1',
      launchId: 'l1',
      agentId: 'a1',
      mode: 'RO',
      state: 'running',
      sinceMs: 1_700_000_000_123,
    } as const;
    const bytes = acceptResponseCodec.encode({ results: [{ type: 'DESTROY', waitsFor: [holder], tasks: [] }] });
    expect(WireAcceptResponse.decode(bytes).results[0]).toMatchObject({
      waitsFor: [{ taskId: { value: 't1' }, frameworkId: { value: 'f2' }, launchId: 'l1', mode: 'RO', state: 'RUNNING' }],
    });
    const atOnce = acceptResponseCodec.decode(acceptResponseCodec.encode({ results: [{ type: 'DESTROY', waitsFor: [], tasks: [] }] }));
    expect(atOnce).toEqual({ ok: true, value: { results: [{ type: 'DESTROY', tasks: [] }] } });
  });
});
