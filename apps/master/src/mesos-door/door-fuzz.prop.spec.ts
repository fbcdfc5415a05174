import * as fc from 'fast-check';
import { schedulerCallCodec, type SchedulerCall } from '@holdfast/contracts';
import type { DoorClient, OpenStream } from './door-client.fixture';
import { DoorStory, subscription } from './mesos-door.fixture';

/** Long enough to find what is easily found; `HOLDFAST_FUZZ_MS` gives it longer. */
const FUZZ_MS = Number(process.env['HOLDFAST_FUZZ_MS'] ?? 5_000);

/** Whatever comes, in whatever format: no crash, and no 5xx but those that are answers (501 unknown call, 503 busy). */
describe('the HTTP door under arbitrary calls', () => {
  let door: DoorStory;
  let client: DoorClient;
  let stream: OpenStream;
  let frameworkId: string;

  beforeAll(async () => {
    door = await DoorStory.start();
    client = door.client();
    stream = await client.subscribe(subscription());
    frameworkId = (await stream.next())['subscribed'].framework_id.value;
  });
  afterAll(() => door.stop());

  const survives = async (body: Buffer, headers: Record<string, string>): Promise<void> => {
    const status = await client.statusOf({ body, headers });
    expect(status < 500 || status === 501 || status === 503).toBe(true);
    expect(door.errors).toEqual([]);
  };
  const check = (bodies: fc.Arbitrary<Buffer>, contentType: string) =>
    fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), (body, withStream) =>
        survives(body, { 'content-type': contentType, ...(withStream && { 'mesos-stream-id': stream.streamId }) }),
      ),
      { interruptAfterTimeLimit: FUZZ_MS, numRuns: 1_000_000 },
    );
  /** Another framework: one byte makes a TEARDOWN of a REVIVE, so the first may be gone, and rightly. */
  const stillServes = async () => {
    const other = await client.subscribe(subscription());
    const body = { framework_id: { value: (await other.next())['subscribed'].framework_id.value }, type: 'REVIVE' };
    expect((await client.call({ body, headers: { 'mesos-stream-id': other.streamId } })).status).toBe(202);
  };

  it('as JSON', async () => {
    await check(fc.oneof(damaged(jsonCalls(frameworkId)), shaped(frameworkId), fc.json().map(Buffer.from), anyBytes), 'application/json');
    await stillServes();
  }, 60_000);

  it('as protobuf', async () => {
    await check(fc.oneof(damaged(binaryCalls(frameworkId)), anyBytes), 'application/x-protobuf');
    await stillServes();
  }, 60_000);
});

const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

/** A sound call of which some bytes are changed, taken away or doubled. */
const damaged = (calls: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...calls),
      fc.array(fc.tuple(fc.constantFrom('change', 'cut', 'double'), fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
    )
    .map(([call, damages]) =>
      damages.reduce((bytes, [kind, where, value]) => {
        const at = where % Math.max(1, bytes.length);
        if (kind === 'change') return Buffer.concat([bytes.subarray(0, at), Buffer.from([value]), bytes.subarray(at + 1)]);
        if (kind === 'cut') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (value % 8))]);
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - (value % 32)))]);
      }, call),
    );

/** A sound call of which one value, at any depth, is of another kind. */
function shaped(frameworkId: string): fc.Arbitrary<Buffer> {
  const value = fc.oneof(
    fc.constantFrom<unknown>(null, true, '', '.', '..', -1, 0.0001, 1e300, 'Infinity', [], {}, [[]], '\u0000', '\ud800'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc
    .tuple(fc.constantFrom(...jsonCalls(frameworkId)), fc.nat(), value)
    .map(([call, where, other]) => Buffer.from(JSON.stringify(replaceAt(JSON.parse(call.toString()), where, other))));
}

/** Counts every value in the tree; the one with the number `where`, modulo how many there are, is replaced. */
function replaceAt(tree: unknown, where: number, other: unknown): unknown {
  let count = 0;
  const walk = (node: unknown, target: number): unknown => {
    if (count++ === target) return other;
    if (Array.isArray(node)) return node.map((item) => walk(item, target));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, target)]));
  };
  walk(tree, -1);
  const target = where % count;
  count = 0;
  return walk(tree, target);
}

const disk = (more: object = {}) => ({
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 64 },
  reservations: [{ type: 'DYNAMIC', role: 'eng' }],
  ...more,
});
const volume = () => disk({ disk: { persistence: { id: 'v' }, volume: { container_path: 'd', mode: 'RW' } }, shared: {} });
const task = () => ({
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 'a' },
  command: { value: 'true' },
  resources: [disk(), volume()],
});

const jsonCalls = (id: string): Buffer[] =>
  [
    subscription({ labels: { labels: [{ key: 'k', value: 'v' }] } }),
    subscription({}, { framework_id: { value: id } }),
    ...[
      { type: 'DECLINE', decline: { offer_ids: [{ value: 'o' }], filters: { refuse_seconds: 5 } } },
      {
        type: 'ACCEPT',
        accept: {
          offer_ids: [{ value: 'o' }],
          operations: [
            { type: 'RESERVE', id: { value: 'op' }, reserve: { resources: [disk()] } },
            { type: 'CREATE', create: { volumes: [volume()] } },
            { type: 'GROW_VOLUME', grow_volume: { volume: volume(), addition: disk() } },
            { type: 'SHRINK_VOLUME', shrink_volume: { volume: volume(), subtract: { value: 1 } } },
            { type: 'LAUNCH', launch: { task_infos: [task()] } },
            {
              type: 'LAUNCH_GROUP',
              launch_group: {
                executor: { type: 'DEFAULT', executor_id: { value: 'e' }, resources: [disk()] },
                task_group: { tasks: [task()] },
              },
            },
          ],
        },
      },
      { type: 'KILL', kill: { task_id: { value: 't' }, kill_policy: { grace_period: { nanoseconds: 1e9 } } } },
      { type: 'ACKNOWLEDGE', acknowledge: { agent_id: { value: 'a' }, task_id: { value: 't' }, uuid: 'AAECAwQFBgcICQoLDA0ODw==' } },
      { type: 'RECONCILE', reconcile: { tasks: [{ task_id: { value: 't' } }] } },
      { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations: [{ operation_id: { value: 'o' } }] } },
      {
        type: 'UPDATE_FRAMEWORK',
        update_framework: { framework_info: { user: 'svc', name: 'indexer', id: { value: id }, roles: ['eng'] } },
      },
      { type: 'MESSAGE', message: { agent_id: { value: 'a' }, executor_id: { value: 'e' }, data: 'cGluZw==' } },
      { type: 'SUPPRESS', suppress: { roles: ['eng'] } },
    ].map((call) => ({ framework_id: { value: id }, ...call })),
  ].map((call) => Buffer.from(JSON.stringify(call)));

const binaryCalls = (frameworkId: string): Buffer[] =>
  (
    [
      { type: 'REVIVE', frameworkId, roles: ['eng'] },
      { type: 'DECLINE', frameworkId, offerIds: ['o'], filters: { refuseMs: 5000 } },
      { type: 'KILL', frameworkId, taskId: 't', agentId: 'a', graceMs: 1000 },
      { type: 'RECONCILE', frameworkId, tasks: [{ taskId: 't' }] },
      { type: 'MESSAGE', frameworkId, agentId: 'a', executorId: 'e', data: Buffer.from('ping') },
      {
        type: 'SUBSCRIBE',
        suppressedRoles: [],
        framework: {
          name: 'fuzz',
          user: 'svc',
          roles: ['eng'],
          capabilities: new Set(['MULTI_ROLE', 'SHARED_RESOURCES']),
          failoverTimeoutMs: 0,
          checkpoint: false,
          labels: [],
        },
      },
    ] satisfies SchedulerCall[]
  ).map((call) => Buffer.from(schedulerCallCodec.encode(call)));
