import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import { checkTask } from './check-task';
import type { ExecutorInfo, TaskInfo } from './task';
import { volumesOf } from './task-volumes';

const volume = (id: string, containerPath: string, more: Partial<Resource> = {}): Resource => ({
  ...scalar('disk', 64),
  reservations: [{ type: 'dynamic', role: 'eng' }],
  disk: { persistence: { id }, volume: { containerPath, mode: 'RW' } },
  shared: true,
  ...more,
});

const task = (more: Partial<TaskInfo> = {}): TaskInfo => ({
  taskId: 't1',
  name: 'one',
  agentId: 'a1',
  resources: Resources.of([scalar('cpus', 1), scalar('mem', 32)]),
  command: { shell: true, value: 'sleep 1', args: [], environment: [] },
  labels: [],
  unsupportedFields: [],
  wire: new Uint8Array(),
  ...more,
});

const executor = (more: Partial<ExecutorInfo> = {}): ExecutorInfo => ({
  executorId: 'pod',
  type: 'DEFAULT',
  resources: Resources.of([scalar('cpus', 1)]),
  labels: [],
  unsupportedFields: [],
  wire: Uint8Array.of(1, 2, 3),
  ...more,
});

const times = { delayMs: 0, intervalMs: 0, timeoutMs: 0 };

const withVolumes = (...volumes: Resource[]) => task({ resources: Resources.of([scalar('cpus', 1), ...volumes]) });

const problemOf = (info: TaskInfo, known: readonly string[] = []): string | undefined => {
  const refusal = checkTask(info, { agentId: 'a1', isTaskKnown: (id) => known.includes(id) });
  if (refusal) expect(refusal.code).toBe('task_invalid');
  return refusal?.message;
};

describe('checkTask', () => {
  it('passes a good command task', () => {
    expect(problemOf(task())).toBeUndefined();
  });

  it('takes the first error in the order of D-030', () => {
    const wrong: Partial<TaskInfo> = {
      taskId: 'a/b',
      agentId: 'a2',
      killGraceMs: -1,
      maxCompletionMs: -1,
      check: { probe: { kind: 'tcp', port: 0 }, ...times },
      healthCheck: { probe: { kind: 'tcp', port: 70_000 }, ...times, consecutiveFailures: 3, gracePeriodMs: 0 },
      resources: Resources.empty,
      command: { shell: true, args: [], environment: [] },
      unsupportedFields: ['container'],
      limits: { cpusMilli: 1 },
    };
    const right: readonly Partial<TaskInfo>[] = [
      { taskId: 't1' },
      { agentId: 'a1' },
      { killGraceMs: 0 },
      { maxCompletionMs: 0 },
      { check: undefined as never },
      { healthCheck: undefined as never },
      { resources: Resources.of([scalar('cpus', 1)]) },
      { command: task().command! },
      { unsupportedFields: [] },
      { limits: { cpusMilli: 1000 } },
    ];
    const errors = right.map((_, at) => problemOf(task(Object.assign({}, wrong, ...right.slice(0, at)))) ?? '');
    expect(errors.map((error) => error.replace(/^Task \S+: /, '').slice(0, 26))).toEqual([
      "its id may not contain '/'",
      'it names agent a2, but the',
      'kill_policy.grace_period m',
      'max_completion_time must n',
      'its check names port 0; po',
      'its health check names por',
      'it uses no resources.',
      'its command has no value, ',
      'it sets container, which H',
      'its limit of 0.001 cpus is',
    ]);
    expect(problemOf(task(Object.assign({}, wrong, ...right)))).toBeUndefined();
  });

  it.each(['', '.', '..', 'a/b', 'a\\b', 'a\nb', 'x'.repeat(256)])('refuses the id %j (A-054)', (taskId) => {
    expect(problemOf(task({ taskId }))).toContain('its id');
  });

  it('refuses an id that the framework has in use (D-031)', () => {
    expect(problemOf(task(), ['t1'])).toBe('Task t1: the framework already has a task with this id.');
    expect(problemOf(task(), ['t2'])).toBeUndefined();
  });

  it('refuses a task that names another agent than that of the offers (D-032)', () => {
    expect(problemOf(task({ agentId: 'a2' }))).toBe('Task t1: it names agent a2, but the accepted offers are of agent a1.');
  });

  it('refuses a negative grace period or time to complete (D-040)', () => {
    expect(problemOf(task({ killGraceMs: -1 }))).toContain('kill_policy.grace_period must not be negative');
    expect(problemOf(task({ maxCompletionMs: -1 }))).toContain('max_completion_time must not be negative');
    expect(problemOf(task({ killGraceMs: 0, maxCompletionMs: 0 }))).toBeUndefined();
  });

  it('wants either a command with something to run or an executor (D-033)', () => {
    const without = task({ command: undefined as never });
    expect(problemOf(without)).toBe('Task t1: it has neither a command nor an executor; give it one of them.');
    expect(problemOf(task({ command: { shell: true, args: [], environment: [] } }))).toContain('no value');
    expect(problemOf({ ...without, executor: executor() })).toBeUndefined();
    expect(problemOf(task({ executor: executor() }))).toBe('Task t1: it has both a command and an executor; leave one of them out.');
  });

  it('refuses a command that no process can be started with', () => {
    expect(problemOf(task({ command: { shell: false, value: '/bin/echo', args: ['echo', 'a\0b'], environment: [] } }))).toContain('NUL');
    const named = (name: string) => task({ command: { shell: true, value: 'true', args: [], environment: [{ name, value: '1' }] } });
    expect(problemOf(named('A=B'))).toContain("invalid name 'A=B'");
    expect(problemOf(named('A'))).toBeUndefined();
  });

  it('refuses what it would have to leave out', () => {
    const message = problemOf(task({ unsupportedFields: ['container', 'check.tcp.protocol IPv6'] }));
    expect(message).toBe('Task t1: it sets container, check.tcp.protocol IPv6, which Holdfast does not carry out; leave them out.');
  });

  it('in a group needs a command, unless the framework’s own executor knows what to do (D-037)', () => {
    const inGroup = (groupExecutor: ExecutorInfo) =>
      checkTask(task({ command: undefined as never }), { agentId: 'a1', isTaskKnown: () => false, groupExecutor })?.message;
    expect(inGroup(executor())).toContain('it has no command, which the executor that is built in would run.');
    expect(inGroup(executor({ type: 'CUSTOM' }))).toBeUndefined();
  });

  it('refuses limits below what the task asks for, and takes none at all of memory (D-039)', () => {
    expect(problemOf(task({ limits: { cpusMilli: 999 } }))).toBe('Task t1: its limit of 0.999 cpus is below the 1 cpus that it asks for.');
    expect(problemOf(task({ limits: { memMb: 31.5 } }))).toBe('Task t1: its limit of 31.5 mem is below the 32 mem that it asks for.');
    expect(problemOf(task({ limits: { cpusMilli: 1000, memMb: 32 } }))).toBeUndefined();
    expect(problemOf(task({ limits: { memMb: 'unlimited' } }))).toBeUndefined();
  });

  it('refuses limits for a task that shares the container of its executor (D-039)', () => {
    const shared = { limits: { cpusMilli: 2000 }, executor: executor({ type: 'CUSTOM' }), command: undefined as never };
    expect(problemOf(task(shared))).toContain('it sets limits, but shares the container of its executor');
    const inGroup = (type: 'CUSTOM' | 'DEFAULT') =>
      checkTask(task({ limits: shared.limits }), { agentId: 'a1', isTaskKnown: () => false, groupExecutor: executor({ type }) });
    expect([inGroup('CUSTOM')?.code, inGroup('DEFAULT')?.code]).toEqual(['task_invalid', undefined]);
  });

  it('takes no executor but the group’s from a task in a group, down to the byte (D-037)', () => {
    const inGroup = (own?: ExecutorInfo) =>
      checkTask(task(own ? { executor: own } : {}), { agentId: 'a1', isTaskKnown: () => false, groupExecutor: executor() })?.message;
    expect(inGroup()).toBeUndefined();
    expect(inGroup(executor())).toBeUndefined();
    expect(inGroup(executor({ executorId: 'other' }))).toContain('its executor other is not that of its group, pod');
    expect(inGroup(executor({ wire: Uint8Array.of(1, 2, 4) }))).toContain('not that of its group');
  });

  it('refuses a task without resources, of two roles, or half revocable (D-034)', () => {
    const cpus = scalar('cpus', 1);
    const of = (...resources: Resource[]) => problemOf(task({ resources: Resources.of(resources) }));
    expect(of()).toContain('uses no resources');
    expect(of({ ...cpus, allocationRole: 'eng' }, { ...scalar('mem', 32), allocationRole: 'ops' })).toContain('more than one role');
    expect(of(cpus, { ...scalar('mem', 32), allocationRole: 'ops' })).toContain('more than one role');
    expect(of(cpus, { ...cpus, revocable: true })).toContain('mixes revocable and non-revocable cpus');
    expect(of(cpus, { ...scalar('mem', 32), revocable: true })).toBeUndefined();
  });

  it('refuses a persistence id used twice, but not the same shared volume twice, which is two copies (A-050)', () => {
    expect(problemOf(withVolumes(volume('v', 'a', { shared: false }), volume('v', 'b', { shared: false })))).toContain(
      'volume eng/v twice',
    );
    expect(problemOf(withVolumes(volume('v', 'a'), { ...volume('v', 'b'), value: { kind: 'scalar', milli: 1 } }))).toContain(
      'volume eng/v twice',
    );
    expect(problemOf(withVolumes(volume('v', 'a'), volume('v', 'b', { reservations: [{ type: 'static', role: 'ops' }] })))).toBeUndefined();
    expect(problemOf(withVolumes(volume('v', 'a'), volume('v', 'b', { shared: false })))).toContain('volume eng/v twice');
    const twice = withVolumes(volume('v', 'a'), volume('v', 'a'));
    expect(problemOf(twice)).toBeUndefined();
    expect(volumesOf(twice).map(({ copies }) => copies)).toEqual([2]);
  });

  it.each(['/data', '../data', 'data/../../x', ''])('refuses to let a volume appear at %j (architecture 11.4)', (path) => {
    expect(problemOf(withVolumes(volume('v', path)))).toContain('the container path of volume eng/v');
  });

  it.each(['data', 'data/deep/er', 'data/', '.hidden'])('lets a volume appear at %j (architecture 11.4)', (path) => {
    expect(problemOf(withVolumes(volume('v', path)))).toBeUndefined();
  });

  it('refuses two volumes at one place, however it is spelled (A-156)', () => {
    expect(problemOf(withVolumes(volume('v', 'data/x'), volume('w', 'data//x/')))).toContain("are both to appear at 'data/x'");
    expect(problemOf(withVolumes(volume('v', 'data/x'), volume('w', 'data/y')))).toBeUndefined();
  });
});

describe('volumesOf', () => {
  it('says under which key, how and where a task uses each volume (A-035, A-047)', () => {
    const readOnly = volume('w', 'in/here', { disk: { persistence: { id: 'w' }, volume: { containerPath: 'in/here', mode: 'RO' } } });
    const refined = volume('x', 'x', {
      reservations: [
        { type: 'static', role: 'eng' },
        { type: 'dynamic', role: 'eng/web' },
      ],
    });
    const volumes = volumesOf(withVolumes(volume('v', 'data'), readOnly, refined));
    expect(volumes.map(({ volume: key, mode, containerPath, copies }) => [key, mode, containerPath, copies])).toEqual([
      ['eng/v', 'RW', 'data', 1],
      ['eng/w', 'RO', 'in/here', 1],
      ['eng/web/x', 'RW', 'x', 1],
    ]);
  });

  it('finds none in a task that uses plain disk only', () => {
    expect(volumesOf(withVolumes({ ...scalar('disk', 5), reservations: [{ type: 'static', role: 'eng' }] }))).toEqual([]);
  });
});
