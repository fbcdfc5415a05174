import { Resources, scalar } from '@holdfast/core/resources';
import { checkTask } from './check-task';
import type { Check, Probe, TaskInfo } from './task';

const times = { delayMs: 0, intervalMs: 10, timeoutMs: 0 };
const tcp: Probe = { kind: 'tcp', port: 80 };
const http = (more: Partial<Extract<Probe, { kind: 'http' }>> = {}): Probe => ({
  kind: 'http',
  scheme: 'http',
  port: 80,
  path: '/',
  statuses: [],
  ...more,
});
const command = { shell: true, value: 'true', args: [], environment: [] };
const run = (more: object = {}): Probe => ({ kind: 'command', command: { ...command, ...more } });

function problemOf(more: Partial<TaskInfo>): string | undefined {
  const task: TaskInfo = {
    taskId: 't1',
    name: 'one',
    agentId: 'a1',
    resources: Resources.of([scalar('cpus', 1)]),
    command: { ...command, user: 'nobody' },
    labels: [],
    unsupportedFields: [],
    wire: new Uint8Array(),
    ...more,
  };
  return checkTask(task, { agentId: 'a1', isTaskKnown: () => false })?.message;
}

const ofCheck = (probe: Probe, more: Partial<Check> = {}) => problemOf({ check: { probe, ...times, ...more } });
const ofHealthCheck = (probe: Probe, more: object = {}) =>
  problemOf({ healthCheck: { probe, ...times, consecutiveFailures: 3, gracePeriodMs: 0, ...more } });

describe('a check of a task (D-030)', () => {
  it.each([tcp, http(), http({ scheme: 'https', path: '/a?b=c', statuses: [100, 599] }), run(), run({ user: 'nobody' })])(
    'is good: %j',
    (probe) => {
      expect([ofCheck(probe), ofHealthCheck(probe)]).toEqual([undefined, undefined]);
    },
  );

  it.each<[Probe, string]>([
    [{ kind: 'tcp', port: 0 }, 'names port 0; ports go from 1 to 65535.'],
    [http({ port: 65_536 }), 'names port 65536; ports go from 1 to 65535.'],
    [http({ path: 'ready' }), "asks for the path 'ready', which must begin with '/'."],
    [http({ path: '/a b' }), 'asks for a path with a blank or a control character.'],
    [http({ path: '/\r\nHost: x' }), 'asks for a path with a blank or a control character.'],
    [http({ statuses: [200, 99] }), 'expects the status 99; statuses go from 100 to 599.'],
    [http({ statuses: [600] }), 'expects the status 600; statuses go from 100 to 599.'],
    [
      run({ uris: [{ value: '/a', executable: false, extract: true }] }),
      'has URIs, which Holdfast fetches for the command of the task only; name them there.',
    ],
  ])('is refused: %j', (probe, words) => {
    expect(ofCheck(probe)).toBe(`Task t1: its check ${words}`);
    expect(ofHealthCheck(probe)).toBe(`Task t1: its health check ${words}`);
  });

  it('runs what can be started', () => {
    expect(ofCheck(run({ value: '' }))).toBe("Task t1: its check's command has no value, which is what to run.");
    expect(ofHealthCheck(run({ environment: [{ name: 'A=', value: '' }] }))).toContain("its health check's environment has a variable");
  });

  it('runs as nobody else than its task, of which the ACLs know (B-122)', () => {
    expect(ofCheck(run({ user: 'root' }))).toBe("Task t1: its check is to run as 'root', but runs as the task does; leave its user out.");
    expect(ofHealthCheck(run({ user: 'root' }))).toContain("its health check is to run as 'root'");
    expect(problemOf({ command, check: { probe: run({ user: 'nobody' }), ...times } })).toContain("is to run as 'nobody'");
  });

  it.each(['delayMs', 'intervalMs', 'timeoutMs'] as const)('has no negative times: %s', (name) => {
    expect(ofCheck(tcp, { [name]: -1 })).toContain('its check has a negative');
    expect(ofHealthCheck(tcp, { [name]: NaN })).toContain('its health check has a negative');
    expect(ofCheck(tcp, { [name]: 0 })).toBeUndefined();
  });

  it('that kills has no negative grace period or number of failures', () => {
    expect(ofHealthCheck(tcp, { gracePeriodMs: -1 })).toContain('negative grace period');
    expect(ofHealthCheck(tcp, { consecutiveFailures: -1 })).toContain('negative consecutive failures');
  });
});
