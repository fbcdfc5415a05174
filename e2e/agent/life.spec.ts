import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Offer } from '@holdfast/core/offers';
import type { HealthCheck, TaskInfo } from '@holdfast/core/tasks';
import { awaitEvent, createVolume, destroyVolume, launch, offeredCpus, reserve, task, type Scheduler } from '@holdfast/scheduler-sdk';
import { act, engDisk, gather, holder, sharedVolume, Stage, withVolume } from '../scheduler-calls/stage.fixture';
import { sandboxOf, verify } from './sandboxes.fixture';

const VOLUME = sharedVolume('kept', 64);
const WAITING = 'while [ ! -e go ]; do sleep 0.05; done';

/** Tasks that outlive their agent, and tasks that are asked how they do. */
describe('the life of a task', () => {
  let stage: Stage;
  let scheduler: Scheduler;

  beforeAll(async () => {
    stage = await Stage.open();
    scheduler = await stage.scheduler();
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const healthCheck = (line: string): HealthCheck => ({
    probe: { kind: 'command', command: { shell: true, value: line, args: [], environment: [] } },
    delayMs: 0,
    intervalMs: 100,
    timeoutMs: 20_000,
    gracePeriodMs: 0,
    consecutiveFailures: 2,
  });
  const checked = (offer: Offer, id: string, line: string): TaskInfo => ({
    ...task({ id, agentId: offer.agentId, cpus: 0.1, memMb: 32, command: 'exec sleep 600', killGraceMs: 100 }),
    healthCheck: healthCheck(line),
  });

  it('goes on through kill -9 of the agent and ends as it would have; ledger and mounts agree before and after (A-180)', async () => {
    const offer = await scheduler.findOffer(() => true);
    const line = `echo started >> data/starts; ${WAITING}; echo ended >> data/starts; exit 7`;
    await act(
      scheduler,
      offer,
      reserve(engDisk(64)),
      createVolume(VOLUME),
      launch(holder(offer, 'stays', VOLUME, line), holder(offer, 'ends-meanwhile', VOLUME, WAITING)),
    );
    for (const id of ['stays', 'ends-meanwhile']) await scheduler.untilTask(id, ['TASK_RUNNING']);
    const over = scheduler.untilTask('ends-meanwhile', ['TASK_FINISHED'], { timeoutMs: 30_000 });
    const killed = stage.killAgent(scheduler);
    writeFileSync(join(sandboxOf(stage, scheduler, 'ends-meanwhile'), 'go'), '');
    await Promise.all([killed, over]);
    expect(await stage.holders('kept')).toEqual(['stays']);
    expect(await verify(stage)).toMatchObject({ code: 0 });
    const [refused] = await act(scheduler, await gather(scheduler, withVolume('kept', 64)), destroyVolume(VOLUME));
    expect(refused?.refusal?.code).toBe('volume_in_use');
    writeFileSync(join(sandboxOf(stage, scheduler, 'stays'), 'go'), '');
    expect(await scheduler.untilTask('stays', ['TASK_FAILED'], { timeoutMs: 30_000 })).toMatchObject({
      message: expect.stringContaining('status 7'),
    });
    expect(readFileSync(join(stage.dataOf('kept'), 'starts'), 'utf8')).toBe('started\nended\n');
    expect(await verify(stage)).toMatchObject({ code: 0 });
  }, 90_000);

  it('ends when it fails its health check too often, as TASK_KILLED and unhealthy; one that is well is said to be', async () => {
    const offer = await gather(scheduler, (rest) => offeredCpus(rest) >= 1);
    const well = awaitEvent(scheduler, 'updated', (status) => (status.taskId === 'well' && status.healthy === true ? status : undefined), {
      timeoutMs: 30_000,
    });
    await act(scheduler, offer, launch(checked(offer, 'ill', 'exit 1'), checked(offer, 'well', 'test -d "$MESOS_SANDBOX"')));
    expect(await scheduler.untilTask('ill', ['TASK_KILLED', 'TASK_FAILED'], { timeoutMs: 30_000 })).toMatchObject({
      state: 'TASK_KILLED',
      healthy: false,
    });
    expect(await well).toMatchObject({ state: 'TASK_RUNNING', reason: 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED' });
    await scheduler.kill('well');
    await scheduler.untilTask('well', ['TASK_KILLED']);
  }, 60_000);

  it('is no longer than it may be: TASK_FAILED, REASON_MAX_COMPLETION_TIME_REACHED', async () => {
    const offer = await gather(scheduler, (rest) => offeredCpus(rest) >= 1);
    const endless = task({ id: 'endless', agentId: offer.agentId, cpus: 0.1, memMb: 32, command: 'exec sleep 600', killGraceMs: 100 });
    await act(scheduler, offer, launch({ ...endless, maxCompletionMs: 300 }));
    expect(await scheduler.untilTask('endless', ['TASK_FAILED'], { timeoutMs: 30_000 })).toMatchObject({
      reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
    });
  }, 60_000);
});
