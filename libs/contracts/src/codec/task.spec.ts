import { Resources, scalar } from '@holdfast/core/resources';
import { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import { linkRequestCodec } from './agent-message';
import { linkResponseCodec } from './master-message';
import { taskInfoCodec } from './task';

const plain = {
  name: 't',
  task_id: { value: 't1' },
  agent_id: { value: 'a1' },
  resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }],
};
const encode = (more: object): Buffer => Buffer.from(WireTaskInfo.encode(WireTaskInfo.fromJSON({ ...plain, ...more })).finish());

function read(bytes: Buffer) {
  const task = taskInfoCodec.decode(bytes);
  if (!task.ok) throw new Error(task.refusal.message);
  return task.value;
}

describe('what a task asks for and we do not carry out', () => {
  const secret = { environment: { variables: [{ name: 'A', type: 'SECRET', secret: {} }] } };

  it.each([
    ['container', { container: { type: 'MESOS' } }],
    ['command.environment.variables.secret', { command: secret }],
    ['health_check.command.environment.variables.secret', { health_check: { type: 'COMMAND', command: secret } }],
    ['check.command.environment.variables.secret', { check: { type: 'COMMAND', command: { command: secret } } }],
    ['health_check.http.protocol IPv6', { health_check: { type: 'HTTP', http: { port: 80, protocol: 'IPv6' } } }],
    ['health_check.tcp.protocol IPv6', { health_check: { type: 'TCP', tcp: { port: 80, protocol: 'IPv6' } } }],
  ])('is named: %s', (field, more) => {
    expect(read(encode(more)).unsupportedFields).toEqual([field]);
  });

  it('is nothing for what only describes a task', () => {
    expect(
      read(encode({ discovery: { visibility: 'CLUSTER' }, labels: { labels: [{ key: 'a' }] }, data: 'AA==' })).unsupportedFields,
    ).toEqual([]);
  });
});

describe('the command of a task', () => {
  it('is a shell line unless it says otherwise', () => {
    expect(read(encode({ command: { value: 'true' } })).command).toMatchObject({ shell: true });
    expect(read(encode({ command: { value: 'true', shell: false } })).command).toMatchObject({ shell: false });
  });

  it('has plain variables, with or without a type', () => {
    const variables = [
      { name: 'A', value: 'b' },
      { name: 'C', type: 'VALUE', value: '' },
    ];
    expect(read(encode({ command: { environment: { variables } } })).command?.environment).toEqual([
      { name: 'A', value: 'b' },
      { name: 'C', value: '' },
    ]);
  });
});

describe('the URIs of a command', () => {
  it('are unpacked, not made executable and called as they are unless it says otherwise', () => {
    const uris = [{ value: '/a.tar' }, { value: 'file:///b', extract: false, executable: true, output_file: 'c', cache: true }];
    expect(read(encode({ command: { uris } })).command?.uris).toEqual([
      { value: '/a.tar', extract: true, executable: false },
      { value: 'file:///b', extract: false, executable: true, outputFile: 'c' },
    ]);
    expect(read(encode({ command: {} })).command).not.toHaveProperty('uris');
  });
});

describe('the limits of a task (D-039)', () => {
  it('are of processors and memory, which may be unlimited', () => {
    expect(read(encode({ limits: { cpus: { value: 2.5 }, mem: { value: 64 } } })).limits).toEqual({ cpusMilli: 2500, memMb: 64 });
    expect(read(encode({ limits: { mem: { value: Infinity } } })).limits).toEqual({ memMb: 'unlimited' });
    expect(read(encode({})).limits).toBeUndefined();
  });

  it.each([
    ['disk', 1],
    ['gpus', 1],
    ['cpus', Infinity],
    ['cpus', NaN],
    ['mem', NaN],
    ['mem', -1],
  ])('are nothing else: %s %d', (name, value) => {
    const task = taskInfoCodec.decode(encode({ limits: { [name]: { value } } }));
    expect(!task.ok && task.refusal.message).toContain(`limits[${name}]`);
  });
});

describe('a grace period', () => {
  it('is rounded up to milliseconds, so that a short one does not become none', () => {
    expect(read(encode({ kill_policy: { grace_period: { nanoseconds: '1' } } })).killGraceMs).toBe(1);
    expect(read(encode({ kill_policy: { grace_period: { nanoseconds: '0' } } })).killGraceMs).toBe(0);
    expect(read(encode({ kill_policy: {} })).killGraceMs).toBeUndefined();
  });
});

describe('the bytes of a task', () => {
  /** Field 20000, which no release knows yet. */
  const news = Buffer.from([0x82, 0xe2, 0x09, 0x03, 0x6e, 0x65, 0x77]);

  it('are kept as they came, with what this release cannot read', () => {
    const bytes = Buffer.concat([encode({}), news]);
    expect(Buffer.from(read(bytes).wire).equals(bytes)).toBe(true);
  });

  it('are kept in memory of their own', () => {
    const bytes = encode({});
    const { wire } = read(bytes);
    bytes.fill(0);
    expect(read(Buffer.from(wire)).name).toBe('t');
  });

  it('reach the agent unchanged, and come back from it', () => {
    const bytes = Buffer.concat([encode({}), news]);
    const framework = {
      name: 'f',
      user: 'u',
      roles: ['*'],
      capabilities: new Set<never>(),
      failoverTimeoutMs: 0,
      checkpoint: false,
      labels: [],
    };
    const info = read(bytes);
    const toAgent = linkResponseCodec.decode(
      linkResponseCodec.encode({ epoch: 1, messages: [{ kind: 'run_task', framework, info, launchId: 'l1', ledgerRevision: 0 }] }),
    );
    const fromAgent = linkRequestCodec.decode(
      linkRequestCodec.encode({
        messages: [
          {
            kind: 'register',
            agent: { hostname: 'h', httpPort: 5051, attributes: [] },
            storeId: 's1',
            configured: Resources.of([scalar('cpus', 1)]),
            checkpointed: Resources.empty,
            tasks: [{ framework, info, launchId: 'l1', state: 'TASK_RUNNING' }],
            operations: [],
            executors: [],
            highestEpoch: 1,
            ledgerRevision: 0,
            bootId: 'b1',
            version: '0.1.0',
          },
        ],
      }),
    );
    const wire = Uint8Array.from(bytes);
    expect(toAgent.ok && toAgent.value.messages[0]).toMatchObject({ info: { wire: Buffer.from(wire) } });
    expect(fromAgent.ok && fromAgent.value.messages[0]).toMatchObject({ tasks: [{ info: { wire: Buffer.from(wire) } }] });
  });
});
