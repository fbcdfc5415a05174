import { ok } from '@holdfast/core/base';
import { Resources, scalar } from '@holdfast/core/resources';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Offer_Operation as WireOperation } from '../gen/holdfast/v1/offer';
import { AcceptRequest as WireAcceptRequest } from '../gen/holdfast/v1/scheduler_service';
import { acceptRequestCodec, acceptResponseCodec } from './accept';

const cpus = { name: 'cpus', type: 'SCALAR', scalar: { value: 1 } };
const volume = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 64 },
  reservations: [{ type: 'DYNAMIC', role: 'eng' }],
  disk: { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } },
  shared: {},
};
const task = (id: string, more: object = {}) => ({
  name: 't',
  task_id: { value: id },
  agent_id: { value: 'a1' },
  resources: [cpus],
  ...more,
});
const head = { framework_id: { value: 'f1' }, offer_ids: [{ value: 'o1' }] };

const encode = (json: object): Buffer => Buffer.from(WireAcceptRequest.encode(WireAcceptRequest.fromJSON({ ...head, ...json })).finish());

/** The operations of an ACCEPT that as a whole must be readable. */
function operationsOf(bytes: Buffer) {
  const request = acceptRequestCodec.decode(bytes);
  if (!request.ok) throw new Error(request.refusal.message);
  return request.value.operations;
}
const operations = (...list: object[]) => operationsOf(encode({ operations: list }));

/** An ACCEPT in which the bytes of one operation are what they are. */
const withOperation = (bytes: Uint8Array): Buffer => Buffer.concat([encode({}), new BinaryWriter().uint32(26).bytes(bytes).finish()]);

describe('an ACCEPT', () => {
  it.each([
    ['no framework', { framework_id: undefined }, 'framework_id'],
    ['a framework id without value', { framework_id: {} }, 'framework_id.value'],
    ['a framework id that is a path (A-054)', { framework_id: { value: '../f1' } }, 'framework_id.value'],
    ['an empty offer id', { offer_ids: [{ value: 'o1' }, { value: '' }] }, 'offer_ids[1].value'],
  ])('is refused with %s', (_name, json, field) => {
    expect(acceptRequestCodec.decode(encode(json))).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
  });

  it('is refused whole if it breaks off', () => {
    const bytes = encode({ operations: [{ type: 'CREATE', create: { volumes: [volume] } }] });
    expect(acceptRequestCodec.decode(bytes.subarray(0, bytes.length - 3))).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_argument', details: { field: 'message' } },
    });
  });

  it('keeps two entries that name one volume apart (A-048)', () => {
    expect(operations({ type: 'CREATE', create: { volumes: [volume, volume] } })).toMatchObject([
      { type: 'CREATE', resources: { length: 2 } },
    ]);
  });

  it('may have no operations, and a LAUNCH may have no tasks (B-077, B-078)', () => {
    expect(operations()).toEqual([]);
    expect(operations({ type: 'LAUNCH', launch: {} })).toEqual([{ type: 'LAUNCH', tasks: [] }]);
  });
});

describe('one operation that is malformed', () => {
  it('is refused alone, by its path, and the others go on (B-071, B-076)', () => {
    const read = operations(
      { type: 'RESERVE', reserve: { resources: [{ ...cpus, reservations: volume.reservations }] } },
      { type: 'CREATE', id: { value: 'op2' }, create: { volumes: [{ ...volume, name: undefined }] } },
      { type: 'LAUNCH', launch: { task_infos: [task('t1')] } },
    );
    expect(read).toMatchObject([
      { type: 'RESERVE' },
      {
        type: 'MALFORMED',
        id: 'op2',
        declaredType: 'CREATE',
        taskIds: [],
        refusal: { code: 'invalid_argument', details: { field: 'operations[1].create.volumes[0].name' } },
      },
      { type: 'LAUNCH', tasks: [{ taskId: 't1', task: { ok: true } }] },
    ]);
  });

  it.each([
    ['CREATE_DISK', { type: 'CREATE_DISK', create_disk: { source: volume, target_type: 'MOUNT' } }, []],
    ['DESTROY_DISK', { type: 'DESTROY_DISK', destroy_disk: { source: volume } }, []],
    ['UNKNOWN', { type: 'UNKNOWN' }, []],
    ['UNKNOWN', { type: 77 }, []],
    ['UNKNOWN', {}, []],
    ['RESERVE', { type: 'RESERVE', reserve: { source: [cpus], resources: [cpus] } }, []],
  ])('says that %s is not supported, and which tasks it named; RESERVE only with a source (B-026)', (declaredType, json, taskIds) => {
    expect(operations(json)).toMatchObject([{ type: 'MALFORMED', declaredType, taskIds, refusal: { code: 'operation_unsupported' } }]);
  });

  it.each([
    ['RESERVE', 'reserve'],
    ['UNRESERVE', 'unreserve'],
    ['CREATE', 'create'],
    ['DESTROY', 'destroy'],
    ['LAUNCH', 'launch'],
    ['LAUNCH_GROUP', 'launch_group'],
    ['GROW_VOLUME', 'grow_volume'],
    ['SHRINK_VOLUME', 'shrink_volume'],
  ])('is %s without its own message', (type, field) => {
    expect(operations({ type })).toMatchObject([
      { type: 'MALFORMED', declaredType: type, refusal: { details: { field: `operations[0].${field}` } } },
    ]);
  });

  it('breaks off in the middle of its tasks: those before are still answered (B-076)', () => {
    const bytes = WireOperation.encode(
      WireOperation.fromJSON({ type: 'LAUNCH', launch: { task_infos: [task('t1'), task('t2')] } }),
    ).finish();
    // The LAUNCH claims to be shorter than its last task.
    const broken = Buffer.from(bytes.subarray(0, bytes.length - 4));
    broken[3]! -= 4;
    expect(operationsOf(withOperation(broken))).toMatchObject([
      { type: 'MALFORMED', declaredType: 'LAUNCH', taskIds: ['t1'], refusal: { details: { field: 'operations[0].launch' } } },
    ]);
  });

  it('is a LAUNCH with something unreadable after its tasks: they are not started (B-076)', () => {
    const launch = WireOperation.encode(WireOperation.fromJSON({ type: 'LAUNCH', launch: { task_infos: [task('t1')] } })).finish();
    expect(operationsOf(withOperation(Buffer.concat([launch, Buffer.from([0x62, 9, 1])])))).toMatchObject([
      { type: 'MALFORMED', declaredType: 'LAUNCH', taskIds: ['t1'], refusal: { details: { field: 'operations[0]' } } },
    ]);
  });

  it('is cut off: its type is still told (B-076)', () => {
    const bytes = WireOperation.encode(WireOperation.fromJSON({ type: 'CREATE', create: { volumes: [volume] } })).finish();
    expect(operationsOf(withOperation(bytes.subarray(0, bytes.length - 2)))).toMatchObject([
      { type: 'MALFORMED', declaredType: 'CREATE', refusal: { code: 'invalid_argument', details: { field: 'operations[0]' } } },
    ]);
  });
});

describe('one task that is malformed', () => {
  it.each([
    ['without name', { name: undefined }, 'name'],
    ['without agent', { agent_id: undefined }, 'agent_id'],
    ['with a negative scalar', { resources: [{ ...cpus, scalar: { value: -1 } }] }, 'resources[0].scalar.value'],
    ['with a shared resource that is no volume (A-002)', { resources: [{ ...cpus, shared: {} }] }, 'resources[0].shared'],
    [
      'with a negative grace period (D-040)',
      { kill_policy: { grace_period: { nanoseconds: '-1' } } },
      'kill_policy.grace_period.nanoseconds',
    ],
    [
      'with an unknown type of variable',
      { command: { environment: { variables: [{ name: 'A', type: 'UNKNOWN', value: 'b' }] } } },
      'command.environment.variables[0].type',
    ],
    [
      'with a variable without value',
      { command: { environment: { variables: [{ name: 'A' }] } } },
      'command.environment.variables[0].value',
    ],
    ['with a label without key', { labels: { labels: [{ value: 'b' }] } }, 'labels.labels[0].key'],
  ])('%s is refused alone; the others of its LAUNCH go on (B-074)', (_name, spoilt, field) => {
    expect(operations({ type: 'LAUNCH', launch: { task_infos: [task('t1'), task('t2', spoilt), task('t3')] } })).toMatchObject([
      {
        type: 'LAUNCH',
        tasks: [
          { taskId: 't1', task: { ok: true } },
          {
            taskId: 't2',
            task: { ok: false, refusal: { code: 'invalid_argument', details: { field: `operations[0].launch.task_infos[1].${field}` } } },
          },
          { taskId: 't3', task: { ok: true } },
        ],
      },
    ]);
  });

  it('keeps the id for which it is refused, so that it can be answered (A-054, B-074)', () => {
    expect(operations({ type: 'LAUNCH', launch: { task_infos: [task('../t1'), task('t2', { task_id: undefined })] } })).toMatchObject([
      {
        tasks: [
          { taskId: '../t1', task: { ok: false } },
          { taskId: '', task: { ok: false } },
        ],
      },
    ]);
  });
});

describe('GROW_VOLUME and SHRINK_VOLUME', () => {
  it('say the volume as it is, and the disk that comes or goes (B-059)', () => {
    const addition = { name: 'disk', type: 'SCALAR', scalar: { value: 8 }, reservations: volume.reservations };
    const eng = [{ type: 'dynamic', role: 'eng' }];
    const [grow, shrink] = operations(
      { type: 'GROW_VOLUME', id: { value: 'g1' }, grow_volume: { volume, addition } },
      { type: 'SHRINK_VOLUME', id: { value: 's1' }, shrink_volume: { volume, subtract: { value: 0.5 } } },
    );
    expect(grow).toMatchObject({
      type: 'GROW_VOLUME',
      id: 'g1',
      volume: { shared: true, value: { milli: 64_000 } },
      change: { value: { milli: 8000 } },
    });
    expect(shrink).toMatchObject({
      type: 'SHRINK_VOLUME',
      id: 's1',
      volume: { shared: true, disk: { persistence: { id: 'v1' } } },
      change: { name: 'disk', shared: false, reservations: eng, value: { kind: 'scalar', milli: 500 } },
    });
    expect(shrink).not.toHaveProperty('change.disk');
  });

  it.each([
    ['grow_volume.volume', { type: 'GROW_VOLUME', grow_volume: { addition: cpus } }],
    ['grow_volume.addition', { type: 'GROW_VOLUME', grow_volume: { volume } }],
    ['shrink_volume.volume', { type: 'SHRINK_VOLUME', shrink_volume: { subtract: { value: 1 } } }],
    ['shrink_volume.subtract', { type: 'SHRINK_VOLUME', shrink_volume: { volume } }],
    ['shrink_volume.subtract.value', { type: 'SHRINK_VOLUME', shrink_volume: { volume, subtract: { value: -1 } } }],
  ])('are refused alone without a sensible %s (B-056, B-058, B-076)', (field, json) => {
    expect(operations(json, { type: 'LAUNCH', launch: {} })).toMatchObject([
      { type: 'MALFORMED', refusal: { code: 'invalid_argument', details: { field: `operations[0].${field}` } } },
      { type: 'LAUNCH' },
    ]);
  });
});

describe('LAUNCH_GROUP', () => {
  const executor = { executor_id: { value: 'e1' }, type: 'DEFAULT', resources: [cpus] };
  const group = (more: object, tasks: object[] = [task('t1'), task('t2')]) =>
    operations({ type: 'LAUNCH_GROUP', id: { value: 'op1' }, launch_group: { executor, task_group: { tasks }, ...more } });

  it('has an executor and its tasks, which may name it, too (D-037)', () => {
    const [read] = group({}, [task('t1', { executor }), task('t2')]);
    expect(read).toMatchObject({
      type: 'LAUNCH_GROUP',
      id: 'op1',
      executor: { executorId: 'e1', type: 'DEFAULT', unsupportedFields: [] },
      tasks: [
        { taskId: 't1', task: { ok: true, value: { executor: { executorId: 'e1' }, unsupportedFields: [] } } },
        { taskId: 't2', task: { ok: true } },
      ],
    });
    if (read?.type !== 'LAUNCH_GROUP' || !read.tasks[0]!.task.ok) throw new Error('not read');
    expect(Buffer.from(read.tasks[0]!.task.value.executor!.wire).equals(Buffer.from(read.executor.wire))).toBe(true);
  });

  it('keeps a malformed task within it, under its id (B-074, B-076)', () => {
    expect(group({}, [task('t1'), task('t2', { name: undefined })])).toMatchObject([
      {
        type: 'LAUNCH_GROUP',
        tasks: [
          { taskId: 't1', task: { ok: true } },
          {
            taskId: 't2',
            task: { ok: false, refusal: { details: { field: 'operations[0].launch_group.task_group.tasks[1].name' } } },
          },
        ],
      },
    ]);
  });

  it.each([
    ['launch_group.executor', { executor: undefined }],
    ['launch_group.executor.executor_id', { executor: { type: 'DEFAULT' } }],
    ['launch_group.executor.resources[0].scalar.value', { executor: { ...executor, resources: [{ ...cpus, scalar: { value: -1 } }] } }],
    ['launch_group.executor.type', { executor: { ...executor, type: 9 } }],
  ])('is refused for its %s, and names its tasks, so that each is answered (B-076)', (field, more) => {
    expect(group(more)).toMatchObject([
      {
        type: 'MALFORMED',
        declaredType: 'LAUNCH_GROUP',
        id: 'op1',
        taskIds: ['t1', 't2'],
        refusal: { code: 'invalid_argument', details: { field: `operations[0].${field}` } },
      },
    ]);
  });

  it('is refused without its tasks', () => {
    expect(group({ task_group: undefined })).toMatchObject([
      { type: 'MALFORMED', taskIds: [], refusal: { details: { field: 'operations[0].launch_group.task_group' } } },
    ]);
  });

  it('names its tasks again when it is written again', () => {
    const read = group({ executor: undefined });
    const again = acceptRequestCodec.encode({ frameworkId: 'f1', offerIds: [], operations: read, filters: {} });
    expect(operationsOf(again)).toMatchObject([{ type: 'MALFORMED', declaredType: 'LAUNCH_GROUP', taskIds: ['t1', 't2'] }]);
  });

  it('is not the only place of an executor: a task of a LAUNCH may bring one (D-033)', () => {
    expect(operations({ type: 'LAUNCH', launch: { task_infos: [task('t1', { executor })] } })).toMatchObject([
      { tasks: [{ task: { ok: true, value: { executor: { executorId: 'e1' }, unsupportedFields: [] } } }] },
    ]);
  });
});

describe('a refused task that is written again', () => {
  it('is refused again under its id', () => {
    const [launch] = operations({ type: 'LAUNCH', launch: { task_infos: [task('t1', { name: undefined })] } });
    const again = operationsOf(acceptRequestCodec.encode({ frameworkId: 'f1', offerIds: [], operations: [launch!], filters: {} }));
    expect(again).toMatchObject([{ type: 'LAUNCH', tasks: [{ taskId: 't1', task: { ok: false } }] }]);
  });
});

describe('a LAUNCH made in TypeScript', () => {
  it('sends shared volumes once per copy that the task asks for (A-056)', () => {
    const info = {
      taskId: 't1',
      name: 't',
      agentId: 'a1',
      resources: Resources.of([scalar('cpus', 1)]),
      labels: [],
      unsupportedFields: [],
      wire: new Uint8Array(),
    };
    const bytes = acceptRequestCodec.encode({
      frameworkId: 'f1',
      offerIds: ['o1'],
      operations: [{ type: 'LAUNCH', tasks: [{ taskId: 't1', task: ok(info) }] }],
      filters: {},
    });
    expect(operationsOf(bytes)).toMatchObject([{ type: 'LAUNCH', tasks: [{ taskId: 't1', task: { ok: true, value: { name: 't' } } }] }]);
  });
});

describe('the answer to an ACCEPT', () => {
  it('names a task under the id for which it was refused', () => {
    const answer = { results: [{ type: 'LAUNCH', tasks: [{ taskId: '../t1' }, { taskId: '' }] }] };
    expect(acceptResponseCodec.decode(acceptResponseCodec.encode(answer))).toEqual({ ok: true, value: answer });
  });

  it('says UNKNOWN for an operation whose type is no word of ours', () => {
    const bytes = acceptResponseCodec.encode({ results: [{ type: 'NONSENSE', tasks: [] }] });
    expect(acceptResponseCodec.decode(bytes)).toEqual({ ok: true, value: { results: [{ type: 'UNKNOWN', tasks: [] }] } });
  });
});
