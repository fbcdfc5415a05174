import { Resources, scalar } from '@holdfast/core/resources';
import { AllocateRequest as WireAllocateRequest } from '../gen/holdfast/internal/v1/allocator';
import { LinkRequest as WireLinkRequest, LinkResponse as WireLinkResponse } from '../gen/holdfast/internal/v1/agent_link';
import { ApplyRequest as WireApplyRequest, ReconcileStoreRequest } from '../gen/holdfast/internal/v1/volume_registry';
import { Resource as WireResource } from '../gen/holdfast/v1/resource';
import { GetAgentsResponse, GetTasksResponse } from '../gen/holdfast/v1/operator_service';
import { ListHistoryRequest } from '../gen/holdfast/v1/volume_service';
import type { Codec } from '../method';
import { linkRequestCodec } from './agent-message';
import { allocateRequestCodec } from './allocation';
import type { Wire } from './edge';
import { applyRequestCodec } from './ledger-transaction';
import { linkResponseCodec } from './master-message';
import { agentsAnswerCodec, tasksAnswerCodec } from './operator-answers';
import { storeReportCodec } from './store-report';
import { historyQueryCodec } from './volume-answers';

const volume = {
  name: 'disk',
  value: { kind: 'scalar' as const, milli: 64_500 },
  reservations: [{ type: 'dynamic' as const, role: 'eng' }],
  disk: { persistence: { id: 'v1' }, volume: { containerPath: 'data', mode: 'RW' as const } },
  shared: true,
  revocable: false,
};

const decode = <W, D>(wire: Wire<W> & { fromJSON(json: unknown): W }, codec: Codec<D>, json: object) =>
  codec.decode(Buffer.from(wire.encode(wire.fromJSON(json)).finish()));
const refusedFor = (field: string) => ({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });

describe('what our processes say to one another', () => {
  it('counts the copies of a shared volume (A-029)', () => {
    const bytes = allocateRequestCodec.encode({
      number: 1,
      changes: [
        {
          kind: 'use_resources',
          frameworkId: 'f1',
          agentId: 'a1',
          role: 'eng',
          resources: Resources.of([volume, volume, scalar('cpus', 1)]),
        },
      ],
    });
    const wire = WireAllocateRequest.decode(bytes).changes[0]!.change!;
    expect(wire.$case === 'useResources' && wire.value.resources.map(({ name }) => name)).toEqual(['disk', 'disk', 'cpus']);
  });

  it('keeps a volume for the ledger as bytes, with size and sharedness beside it', () => {
    const bytes = applyRequestCodec.encode({
      transactions: [
        {
          id: 1,
          transaction: {
            storeId: 's1',
            epoch: 1,
            seenRevision: 0,
            nowMs: 0,
            units: [{ kind: 'create_volume', volume: 'eng/v1', resource: volume, creator: {}, agentId: 'a1' }],
          },
        },
      ],
    });
    const unit = WireApplyRequest.decode(bytes).transactions[0]!.units[0]!.unit!;
    if (unit.$case !== 'createVolume') throw new Error('another unit');
    expect(unit.value).toMatchObject({ volume: { role: 'eng', persistenceId: 'v1' }, shared: true, sizeMilliMb: 64_500n });
    expect(WireResource.decode(unit.value.resource!)).toMatchObject({ name: 'disk', scalar: { value: 64.5 } });
  });

  it('splits a volume key at the last slash, since roles have slashes (A-047)', () => {
    const bytes = applyRequestCodec.encode({
      transactions: [
        {
          id: 1,
          transaction: { storeId: 's1', epoch: 1, seenRevision: 0, nowMs: 0, units: [{ kind: 'destroy_volume', volume: 'eng/web/v1' }] },
        },
      ],
    });
    const unit = WireApplyRequest.decode(bytes).transactions[0]!.units[0]!.unit!;
    expect(unit.value).toEqual({ volume: { role: 'eng/web', persistenceId: 'v1' } });
  });

  it.each([
    ['an empty unit', { units: [{}] }, 'units[0].unit'],
    ['a unit without volume', { units: [{ destroy_volume: {} }] }, 'units[0].destroy_volume.volume'],
    [
      'a holder without launch',
      { units: [{ acquire_volumes: { holder: { framework_id: { value: 'f' }, task_id: { value: 't' } } } }] },
      'units[0].acquire_volumes.holder.launch_id',
    ],
    [
      'an access that says neither',
      {
        units: [
          {
            acquire_volumes: {
              holder: { framework_id: { value: 'f' }, task_id: { value: 't' }, launch_id: 'l', agent_id: { value: 'a' } },
              volumes: [{ volume: { role: 'eng', persistence_id: 'v' } }],
            },
          },
        ],
      },
      'units[0].acquire_volumes.volumes[0].read_only',
    ],
    [
      'a persistence id that is a path (A-054)',
      { units: [{ destroy_volume: { volume: { role: 'eng', persistence_id: 'a/b' } } }] },
      'units[0].destroy_volume.volume.persistence_id',
    ],
    [
      'a volume that cannot be read',
      { units: [{ create_volume: { volume: { role: 'eng', persistence_id: 'v' }, resource: 'AAAA', agent_id: 'a' } }] },
      'units[0].create_volume.resource',
    ],
    ['an epoch beyond 2^53', { epoch: '9007199254740992' }, 'epoch'],
  ])('is refused with %s', (_name, json, field) => {
    const transaction = { id: 1, store_id: 's1', epoch: 1, seen_revision: 0, now_ms: 0, units: [], ...json };
    expect(decode(WireApplyRequest, applyRequestCodec, { transactions: [transaction] })).toMatchObject(
      refusedFor(`transactions[0].${field}`),
    );
  });

  it.each([
    ['nothing', {}, 'messages[0].message'],
    [
      'a registration with a shared resource that is no volume (A-002)',
      {
        register: {
          agent_info: { hostname: 'h' },
          store_id: 's',
          configured_resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 }, shared: {} }],
        },
      },
      'messages[0].register.configured_resources[0].shared',
    ],
    [
      'a registration with a task that cannot be read',
      { register: { agent_info: { hostname: 'h' }, store_id: 's', tasks: [{ framework_info: { user: 'u', name: 'n' }, task_info: '' }] } },
      'messages[0].register.tasks[0].task_info.name',
    ],
    [
      'an update with a reason that nobody knows',
      {
        task_update: {
          framework_id: { value: 'f' },
          launch_id: 'l',
          status: { task_id: { value: 't' }, state: 'TASK_RUNNING', source: 'SOURCE_AGENT', reason: 99, timestamp: 0 },
        },
      },
      'messages[0].task_update.status.reason',
    ],
    [
      'an update with a state that nobody knows',
      { task_update: { framework_id: { value: 'f' }, launch_id: 'l', status: { task_id: { value: 't' }, state: 99 } } },
      'messages[0].task_update.status.state',
    ],
    [
      'an agent with a port that is none',
      { register: { agent_info: { hostname: 'h', port: 70_000 } } },
      'messages[0].register.agent_info.port',
    ],
  ])('is refused from an agent with %s', (_name, message, field) => {
    expect(decode(WireLinkRequest, linkRequestCodec, { messages: [message] })).toMatchObject(refusedFor(field));
  });

  it('is refused by an agent if the operation is not for it', () => {
    const json = {
      epoch: 1,
      messages: [{ apply_operation: { operation_uuid: 'u', ledger_revision: 0, operation: { type: 'LAUNCH', launch: {} } } }],
    };
    expect(decode(WireLinkResponse, linkResponseCodec, json)).toMatchObject({ ok: false, refusal: { code: 'operation_unsupported' } });
  });

  it('is refused with a holder in no state (internal enums start with UNSPECIFIED)', () => {
    const holder = { framework_id: { value: 'f' }, task_id: { value: 't' }, launch_id: 'l', agent_id: { value: 'a' } };
    const report = {
      store_id: 's',
      agent_id: 'a',
      epoch: 1,
      seen_revision: 0,
      now_ms: 0,
      holders: [{ holder: { ...holder, state: 'STATE_UNSPECIFIED' } }],
    };
    expect(decode(ReconcileStoreRequest, storeReportCodec, report)).toMatchObject(refusedFor('holders[0].holder.state'));
  });
});

describe('what operators are told', () => {
  it('is port 5051 for an agent that does not say', () => {
    const agent = { agent_info: { hostname: 'h' }, store_id: 's', active: true };
    expect(decode(GetAgentsResponse, agentsAnswerCodec, { agents: [agent] })).toMatchObject({
      ok: true,
      value: { agents: [{ info: { httpPort: 5051 } }] },
    });
  });

  it('is the newest of the statuses of a task', () => {
    const status = (state: string) => ({ task_id: { value: 't1' }, state, source: 'SOURCE_AGENT', timestamp: 0 });
    const task = { name: 't', task_id: { value: 't1' }, framework_id: { value: 'f1' }, agent_id: { value: 'a1' } };
    const tasks = [{ ...task, statuses: [status('TASK_STARTING'), status('TASK_RUNNING')] }];
    expect(decode(GetTasksResponse, tasksAnswerCodec, { tasks })).toMatchObject({
      ok: true,
      value: { tasks: [{ status: { state: 'TASK_RUNNING' } }] },
    });
    expect(decode(GetTasksResponse, tasksAnswerCodec, { tasks: [task] })).toMatchObject(refusedFor('tasks[0].statuses'));
  });
});

describe('a question about history', () => {
  it('is answered from the oldest entry, with 1000 entries, unless it says otherwise; never with more', () => {
    const ask = (json: object) => decode(ListHistoryRequest, historyQueryCodec, { agent_id: { value: 'a1' }, ...json });
    expect(ask({})).toEqual({ ok: true, value: { agentId: 'a1', afterRevision: 0, limit: 1000 } });
    expect(ask({ limit: 5000, after_revision: 3 })).toEqual({ ok: true, value: { agentId: 'a1', afterRevision: 3, limit: 1000 } });
    expect(ask({ limit: 2 })).toMatchObject({ ok: true, value: { limit: 2 } });
  });
});
