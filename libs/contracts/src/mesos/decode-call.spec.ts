import type { SchedulerCall } from '../messages';
import { body } from './canonical-json.fixture';
import { mesosJson } from '.';

const framework_id = { value: 'h1-0001' };
const agent_id = { value: 'h1-S3' };
const role = { reservations: [{ type: 'DYNAMIC', role: 'ads', principal: 'bidder' }] };
const disk = (value: unknown, rest: object = {}) => ({ name: 'disk', type: 'SCALAR', scalar: { value }, ...role, ...rest });
const volume = disk(256, {
  disk: { persistence: { id: 'vol-1', principal: 'bidder' }, volume: { container_path: 'data', mode: 'RW' } },
  shared: {},
});
const cpus = { name: 'cpus', type: 'SCALAR', scalar: { value: 0.25 } };
const task = { name: 'bid', task_id: { value: 't1' }, agent_id, command: { value: 'exit 0' }, resources: [cpus] };

const decode = (json: unknown) => mesosJson.decodeCall(body(json));

function read(json: unknown): SchedulerCall {
  const call = decode(json);
  if (!call.ok) throw new Error(call.refusal.message);
  return call.value;
}

const accept = (...operations: unknown[]) =>
  read({ framework_id, type: 'ACCEPT', accept: { offer_ids: [{ value: 'o1' }], operations, filters: { refuse_seconds: 0.5 } } });

/** The operations of an ACCEPT, in short. */
const operationsOf = (call: SchedulerCall) => (call.type === 'ACCEPT' ? call.operations : []);

describe('a call in JSON (wire document, section 6.1)', () => {
  it('SUBSCRIBE as a new framework', () => {
    const info = {
      user: 'root',
      name: 'bidder',
      roles: ['ads'],
      principal: 'bidder',
      failover_timeout: 90,
      capabilities: ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES'].map((type) => ({ type })),
    };
    expect(read({ type: 'SUBSCRIBE', subscribe: { framework_info: info, suppressed_roles: [] } })).toMatchObject({
      type: 'SUBSCRIBE',
      framework: {
        name: 'bidder',
        user: 'root',
        roles: ['ads'],
        principal: 'bidder',
        failoverTimeoutMs: 90_000,
        checkpoint: false,
        capabilities: new Set(['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES']),
      },
      suppressedRoles: [],
    });
  });

  it('SUBSCRIBE again, under its id and with offer constraints', () => {
    const offer_constraints = {
      role_constraints: {
        ads: {
          groups: [
            {
              attribute_constraints: [
                { selector: { attribute_name: 'zone' }, predicate: { text_equals: { value: 'z9' } } },
                { selector: { pseudoattribute_type: 'HOSTNAME' }, predicate: { exists: {} } },
              ],
            },
          ],
        },
      },
    };
    const framework_info = { id: framework_id, user: 'u', name: 'n', roles: ['ads'], capabilities: [{ type: 'MULTI_ROLE' }] };
    expect(read({ type: 'SUBSCRIBE', framework_id, subscribe: { framework_info, offer_constraints } })).toMatchObject({
      framework: { id: 'h1-0001' },
      offerConstraints: {
        ads: [
          [
            { selector: { kind: 'attribute', name: 'zone' }, predicate: { kind: 'text_equals', value: 'z9' } },
            { selector: { kind: 'hostname' }, predicate: { kind: 'exists' } },
          ],
        ],
      },
    });
  });

  it('ACCEPT with a LAUNCH', () => {
    const call = accept({ type: 'LAUNCH', launch: { task_infos: [task] } });
    expect(call).toMatchObject({ type: 'ACCEPT', frameworkId: 'h1-0001', offerIds: ['o1'], filters: { refuseMs: 500 } });
    expect(operationsOf(call)).toMatchObject([
      { type: 'LAUNCH', tasks: [{ taskId: 't1', task: { ok: true, value: { name: 'bid', command: { shell: true, value: 'exit 0' } } } }] },
    ]);
  });

  it('ACCEPT with a LAUNCH_GROUP', () => {
    const executor = { type: 'DEFAULT', executor_id: { value: 'pod' }, resources: [cpus] };
    const call = accept({ type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks: [task] } } });
    expect(operationsOf(call)).toMatchObject([
      { type: 'LAUNCH_GROUP', executor: { executorId: 'pod', type: 'DEFAULT' }, tasks: [{ taskId: 't1', task: { ok: true } }] },
    ]);
  });

  it('ACCEPT with operations on resources, in order, each with or without an id', () => {
    const grown = { volume, addition: disk(64) };
    const call = accept(
      { id: { value: 'op-1' }, type: 'RESERVE', reserve: { resources: [disk(256)] } },
      { type: 'CREATE', create: { volumes: [volume] } },
      { type: 'GROW_VOLUME', grow_volume: grown },
      { type: 'SHRINK_VOLUME', shrink_volume: { volume, subtract: { value: 64 } } },
      { type: 'DESTROY', destroy: { volumes: [volume] } },
      { type: 'UNRESERVE', unreserve: { resources: [disk(256)] } },
    );
    expect(operationsOf(call)).toMatchObject([
      { type: 'RESERVE', id: 'op-1', resources: [{ name: 'disk', value: { milli: 256_000 } }] },
      { type: 'CREATE', resources: [{ shared: true, disk: { persistence: { id: 'vol-1', principal: 'bidder' } } }] },
      { type: 'GROW_VOLUME', volume: { shared: true }, change: { value: { milli: 64_000 } } },
      { type: 'SHRINK_VOLUME', change: { value: { milli: 64_000 } } },
      { type: 'DESTROY', resources: [{ shared: true }] },
      { type: 'UNRESERVE', resources: [{ reservations: [{ type: 'dynamic', role: 'ads', principal: 'bidder' }] }] },
    ]);
  });

  it('ACCEPT with a DESTROY when unused, our extension', () => {
    const when_unused = { admit_readers: true, deadline: { nanoseconds: 1_500_000 }, on_deadline: 'KILL_HOLDERS' };
    const destroy = (more: object) => accept({ type: 'DESTROY', destroy: { volumes: [volume], ...more } });
    expect(operationsOf(destroy({ when_unused }))).toMatchObject([
      { type: 'DESTROY', resources: [{ shared: true }], whenUnused: { admitsReaders: true, deadlineMs: 2, onDeadline: 'kill' } },
    ]);
    expect(operationsOf(destroy({ when_unused: {} }))).toMatchObject([{ whenUnused: { admitsReaders: false, onDeadline: 'cancel' } }]);
    expect(operationsOf(destroy({ when_unused: null }))[0]).not.toHaveProperty('whenUnused');
  });

  it('ACCEPT with a DESTROY when unused whose outcome nobody knows: refused, not taken for another', () => {
    const destroy = { volumes: [volume], when_unused: { on_deadline: 'KILL_EVERYBODY' } };
    expect(operationsOf(accept({ type: 'DESTROY', destroy }))).toMatchObject([
      { type: 'MALFORMED', refusal: { details: { field: 'accept.operations[0].destroy.when_unused.on_deadline' } } },
    ]);
  });

  it('CREATE_DISK is read and refused by itself', () => {
    const source = { name: 'disk', provider_id: { value: 'rp' }, type: 'SCALAR', scalar: { value: 9 }, disk: { source: { type: 'RAW' } } };
    expect(operationsOf(accept({ type: 'CREATE_DISK', create_disk: { source, target_type: 'MOUNT' } }))).toMatchObject([
      { type: 'MALFORMED', declaredType: 'CREATE_DISK', refusal: { code: 'operation_unsupported' } },
    ]);
  });

  it.each<[string, object, object]>([
    ['TEARDOWN', {}, {}],
    [
      'DECLINE',
      { decline: { offer_ids: [{ value: 'o1' }], filters: { refuse_seconds: 30 } } },
      { offerIds: ['o1'], filters: { refuseMs: 30_000 } },
    ],
    ['DECLINE', { decline: {} }, { offerIds: [], filters: {} }],
    ['ACCEPT_INVERSE_OFFERS', { accept_inverse_offers: { inverse_offer_ids: [{ value: 'o5' }] } }, { inverseOfferIds: ['o5'] }],
    [
      'DECLINE_INVERSE_OFFERS',
      { decline_inverse_offers: { inverse_offer_ids: [{ value: 'o5' }], filters: { refuse_seconds: 1 } } },
      { inverseOfferIds: ['o5'], filters: { refuseMs: 1000 } },
    ],
    ['REVIVE', { revive: { roles: ['ads'] } }, { roles: ['ads'] }],
    ['SUPPRESS', {}, { roles: [] }],
    [
      'KILL',
      { kill: { task_id: { value: 't1' }, agent_id, kill_policy: { grace_period: { nanoseconds: 1_500_000_000 } } } },
      { taskId: 't1', agentId: 'h1-S3', graceMs: 1500 },
    ],
    ['SHUTDOWN', { shutdown: { executor_id: { value: 'pod' }, agent_id } }, { executorId: 'pod', agentId: 'h1-S3' }],
    [
      'ACKNOWLEDGE',
      { acknowledge: { agent_id, task_id: { value: 't1' }, uuid: '8PHy8/T19vf4+fr7/P3+/w==' } },
      { taskId: 't1', uuid: Buffer.from(Array.from({ length: 16 }, (_, at) => 240 + at)) },
    ],
    [
      'ACKNOWLEDGE_OPERATION_STATUS',
      { acknowledge_operation_status: { agent_id, operation_id: { value: 'op-1' }, uuid: 'AAAAAAAAAAAAAAAAAAAAAA==' } },
      { operationId: 'op-1', uuid: Buffer.alloc(16) },
    ],
    [
      'RECONCILE',
      { reconcile: { tasks: [{ task_id: { value: 't1' }, agent_id }, { task_id: { value: 't2' } }] } },
      { tasks: [{ taskId: 't1', agentId: 'h1-S3' }, { taskId: 't2' }] },
    ],
    ['RECONCILE', { reconcile: {} }, { tasks: [] }],
    [
      'RECONCILE_OPERATIONS',
      { reconcile_operations: { operations: [{ operation_id: { value: 'op-1' }, agent_id }] } },
      { operations: [{ operationId: 'op-1', agentId: 'h1-S3' }] },
    ],
    ['MESSAGE', { message: { agent_id, executor_id: { value: 'pod' }, data: 'cGluZw==' } }, { data: Buffer.from('ping') }],
    ['REQUEST', { request: { requests: [{ resources: [cpus] }] } }, {}],
  ])('%s', (type, part, meaning) => {
    expect(read({ framework_id, type, ...part })).toMatchObject({ type, frameworkId: 'h1-0001', ...meaning });
  });

  it('UPDATE_FRAMEWORK', () => {
    const framework_info = { id: framework_id, user: 'u', name: 'n', roles: ['ads', 'web'], capabilities: [{ type: 'MULTI_ROLE' }] };
    expect(read({ framework_id, type: 'UPDATE_FRAMEWORK', update_framework: { framework_info, suppressed_roles: ['web'] } })).toMatchObject(
      {
        type: 'UPDATE_FRAMEWORK',
        frameworkId: 'h1-0001',
        framework: { roles: ['ads', 'web'] },
        suppressedRoles: ['web'],
      },
    );
  });

  it('UNKNOWN is not supported (section 4: 501), whereas a type that nobody knows is not set', () => {
    expect(decode({ framework_id, type: 'UNKNOWN' })).toMatchObject({ ok: false, refusal: { code: 'operation_unsupported' } });
    expect(decode({ framework_id, type: 'SING' })).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_argument', details: { field: 'type', problem: 'is required' } },
    });
  });
});
