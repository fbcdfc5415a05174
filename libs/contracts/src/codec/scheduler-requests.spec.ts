import {
  AcknowledgeRequest as WireAcknowledgeRequest,
  KillRequest as WireKillRequest,
  ReconcileRequest as WireReconcileRequest,
  ReviveRequest as WireReviveRequest,
} from '../gen/holdfast/v1/scheduler_service';
import type { Wire } from './edge';
import { acknowledgeRequestCodec, killRequestCodec, reconcileRequestCodec, rolesRequestCodec } from './scheduler-requests';

const encode = <W>(wire: Wire<W> & { fromJSON(json: unknown): W }, json: object): Buffer =>
  Buffer.from(wire.encode(wire.fromJSON(json)).finish());
const refusedFor = (field: string) => ({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
const ids = { framework_id: { value: 'f1' }, agent_id: { value: 'a1' }, task_id: { value: 't1' } };

describe('ACKNOWLEDGE', () => {
  it('is refused without the sixteen bytes of a uuid (D-050)', () => {
    expect(acknowledgeRequestCodec.decode(encode(WireAcknowledgeRequest, ids))).toMatchObject(refusedFor('uuid'));
    expect(acknowledgeRequestCodec.decode(encode(WireAcknowledgeRequest, { ...ids, uuid: 'AAAA' }))).toMatchObject(refusedFor('uuid'));
  });

  it.each(['framework_id', 'agent_id', 'task_id'])('is refused without its %s', (field) => {
    const rest = { ...ids, [field]: undefined, uuid: Buffer.alloc(16).toString('base64') };
    expect(acknowledgeRequestCodec.decode(encode(WireAcknowledgeRequest, rest))).toMatchObject(refusedFor(field));
  });
});

describe('KILL', () => {
  it('is refused with a negative grace period (D-040)', () => {
    expect(
      killRequestCodec.decode(encode(WireKillRequest, { ...ids, kill_policy: { grace_period: { nanoseconds: '-1' } } })),
    ).toMatchObject(refusedFor('kill_policy.grace_period.nanoseconds'));
  });

  it('needs no agent (D-056)', () => {
    expect(killRequestCodec.decode(encode(WireKillRequest, { ...ids, agent_id: undefined }))).toEqual({
      ok: true,
      value: { frameworkId: 'f1', taskId: 't1' },
    });
  });
});

describe('RECONCILE', () => {
  it('is refused with a task without id', () => {
    expect(reconcileRequestCodec.decode(encode(WireReconcileRequest, { ...ids, tasks: [{ task_id: { value: 't1' } }, {}] }))).toMatchObject(
      refusedFor('tasks[1].task_id'),
    );
  });
});

describe('REVIVE and SUPPRESS', () => {
  it('are refused with a role that cannot be (B-012, C-055)', () => {
    expect(rolesRequestCodec.decode(encode(WireReviveRequest, { ...ids, roles: ['eng', '/eng'] }))).toMatchObject(refusedFor('roles[1]'));
  });
});
