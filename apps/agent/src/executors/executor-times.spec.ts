import { durationText } from './duration-text';
import { graceLeftMs, subscriptionDue } from './executor-deadlines';
import { endWithExecutor, exitStatusOf, notRegistered } from './executor-end';

it.each([
  [0, '0ms'],
  [250, '250ms'],
  [5_000, '5secs'],
  [1_500, '1.5secs'],
  [900_000, '15mins'],
  [7_200_000, '2hrs'],
])('%i ms is %s, as Mesos writes it (wire 7.1)', (ms, text) => expect(durationText(ms)).toBe(text));

describe('the times of an executor (D-059)', () => {
  const times = { registrationTimeoutMs: 60_000, reregistrationTimeoutMs: 2_000 };

  it('it must subscribe within a minute of its start, also if the agent is restarted meanwhile', () => {
    const due = subscriptionDue({ startedMs: 1_000 }, { hasSubscribed: false }, times, 31_000);
    expect(due).toEqual({ leftMs: 30_000, cause: notRegistered(60_000) });
    expect(subscriptionDue({ startedMs: 1_000 }, { hasSubscribed: false }, times, 99_000).leftMs).toBe(0);
  });

  it('it must subscribe again within 2 s of a restart of the agent', () => {
    const due = subscriptionDue({ startedMs: 1_000 }, { hasSubscribed: true }, times, 99_000);
    expect(due).toMatchObject({ leftMs: 2_000, cause: { reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT' } });
  });

  it('its grace counts from when it was asked to end; without a subscription it has none', () => {
    const shutdown = { startMs: 1_000, graceMs: 5_000 };
    expect(graceLeftMs({ shutdown, hasSubscribed: true }, 3_000)).toBe(3_000);
    expect(graceLeftMs({ shutdown, hasSubscribed: true }, 9_000)).toBe(0);
    expect(graceLeftMs({ shutdown, hasSubscribed: false }, 1_000)).toBe(0);
  });
});

describe('the end of an executor (D-062)', () => {
  it.each([
    [{ kind: 'exited', code: 139 } as const, 'REASON_EXECUTOR_TERMINATED', 'SIGSEGV'],
    [{ kind: 'lost', problem: 'no word' } as const, 'REASON_EXECUTOR_TERMINATED', 'no word'],
    [{ kind: 'failed', problem: 'no shell' } as const, 'REASON_CONTAINER_LAUNCH_FAILED', 'no shell'],
    [{ kind: 'limited', limit: 'memory', usedBytes: 1 << 25, limitBytes: 1 << 25 } as const, 'REASON_CONTAINER_LIMITATION_MEMORY', '32 MB'],
  ])('%j fails its tasks with %s', (end, reason, text) => {
    expect(endWithExecutor(end, undefined)).toMatchObject({ state: 'TASK_FAILED', reason, message: expect.stringContaining(text) });
    expect(endWithExecutor(end, notRegistered(1000))).toMatchObject({ reason: 'REASON_EXECUTOR_REGISTRATION_TIMEOUT' });
  });

  it('has the status that a shell would have, where it is known', () => {
    expect(exitStatusOf({ kind: 'exited', code: 7 }, true)).toBe(7);
    expect(exitStatusOf({ kind: 'lost', problem: '' }, true)).toBe(137);
    expect(exitStatusOf({ kind: 'lost', problem: '' }, false)).toBeUndefined();
  });
});
