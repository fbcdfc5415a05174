import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Offer } from '@holdfast/core/offers';
import {
  allApplied,
  awaitEvent,
  createVolume,
  customExecutor,
  destroyVolume,
  executorTask,
  launch,
  launchGroup,
  orThrow,
  reserve,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { executorCommand } from './custom-executor.fixture';
import { act, engDisk, gather, sharedVolume, Stage, withVolume } from './stage.fixture';

const dataset = sharedVolume('dataset', 256);
const hasDataset = withVolume('dataset', 256);
const own = customExecutor({ id: 'own', cpus: 0.5, memMb: 128, shutdownGraceMs: 30_000, ...executorCommand });

/** An executor that the framework brings, from its first task to its end. */
describe('a custom executor', () => {
  let stage: Stage;
  let scheduler: Scheduler;
  /** Of the agent, in thousandths. */
  let allCpus: number;

  beforeAll(async () => {
    stage = await Stage.open({ env: { HOLDFAST_AGENT_EXECUTOR_REREGISTRATION_TIMEOUT_MS: '15000' } });
    scheduler = await stage.scheduler();
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const taskOn = ({ agentId }: Offer, id: string, ...volumes: (typeof dataset)[]) =>
    executorTask({
      id,
      agentId,
      executor: own,
      cpus: 0.1,
      memMb: 32,
      data: Buffer.from(`for ${id}`),
      volumes: volumes.map((volume) => ({ volume, mode: 'RW' })),
    });
  const tell = async (text: string): Promise<string> => {
    const answer = awaitEvent(scheduler, 'message', ({ executorId, data }) =>
      executorId === 'own' ? Buffer.from(data).toString() : undefined,
    );
    orThrow(await scheduler.sendMessage(stage.agentId, 'own', Buffer.from(text)));
    return answer;
  };

  it('runs a task on a shared volume, and what it says of it reaches the framework whole (D-033, D-036)', async () => {
    const offer = await scheduler.findOffer(() => true);
    allCpus = offer.resources.scalarMilli('cpus');
    const operations = [reserve(engDisk(256)), createVolume(dataset), launch(taskOn(offer, 't1', dataset))];
    allApplied(await scheduler.accept(offer, operations, { refuseMs: 0 }));
    expect(await scheduler.untilTask('t1', ['TASK_RUNNING'])).toMatchObject({
      executorId: 'own',
      source: 'SOURCE_EXECUTOR',
      healthy: true,
      labels: [{ key: 'ran', value: 'here' }],
      data: Buffer.from('for t1'),
    });
    expect(await stage.holders('dataset')).toEqual(['t1']);
    expect(readFileSync(join(stage.dataOf('dataset'), 'log'), 'utf8')).toBe('t1\n');
    const later = await gather(scheduler, hasDataset);
    expect(later.executorIds).toEqual(['own']);
    expect(allCpus - later.resources.scalarMilli('cpus')).toBe(600);
  }, 60_000);

  it('hears from its framework, and is heard by it', async () => {
    expect(await tell('this')).toBe('heard this');
  }, 60_000);

  it('takes more tasks, by themselves and in groups, and is charged once (D-036, D-037)', async () => {
    const offer = await gather(scheduler, hasDataset);
    const before = offer.resources.scalarMilli('cpus');
    const more = [launch(taskOn(offer, 't2')), launchGroup(own, taskOn(offer, 'g1'), taskOn(offer, 'g2'))];
    allApplied(await scheduler.accept(offer, more, { refuseMs: 0 }));
    for (const id of ['t2', 'g1', 'g2']) await scheduler.untilTask(id, ['TASK_RUNNING']);
    const left = await gather(scheduler, (later) => hasDataset(later) && later.resources.scalarMilli('cpus') < before);
    expect(before - left.resources.scalarMilli('cpus')).toBe(300);
  }, 60_000);

  it('goes on through kill -9 of the agent and of the master (A-180, D-076)', async () => {
    await stage.killAgent(scheduler);
    const offer = await scheduler.findOffer(hasDataset);
    // A message that nobody is there to hear is lost, a task is kept until the executor has subscribed again.
    allApplied(await scheduler.accept(offer, [launch(taskOn(offer, 't3'))], { refuseMs: 0 }));
    await scheduler.untilTask('t3', ['TASK_RUNNING']);
    expect(await tell('after the agent')).toBe('heard after the agent');
    await stage.killMaster(scheduler);
    await scheduler.findOffer(hasDataset);
    expect(await tell('after the master')).toBe('heard after the master');
    expect(await stage.holders('dataset')).toEqual(['t1']);
    expect(scheduler.status('t1')?.state).toBe('TASK_RUNNING');
  }, 60_000);

  it('gives a volume back with the end of the task, and lives on (A-041, A-154)', async () => {
    orThrow(await scheduler.kill('t1'));
    expect(await scheduler.untilTask('t1', ['TASK_KILLED'])).toMatchObject({ message: 'as it was told', executorId: 'own' });
    expect(await stage.holders('dataset')).toEqual([]);
    expect(await tell('still there')).toBe('heard still there');
  }, 60_000);

  it('hears of an operator’s wish to end a task (D-056)', async () => {
    const of = { frameworkId: scheduler.frameworkId, taskId: 't2' };
    orThrow(await stage.operator.killTask(of));
    await scheduler.untilTask('t2', ['TASK_KILLED']);
    const unknown = await stage.operator.killTask({ ...of, taskId: 'nobody' });
    expect(!unknown.ok && unknown.refusal.code).toBe('task_unknown');
  }, 60_000);

  it('ends by SHUTDOWN with the tasks that it has left, and everything comes back (D-059)', async () => {
    const failed = awaitEvent(scheduler, 'failed', (failure) => (failure.executorId === 'own' ? failure : undefined));
    orThrow(await scheduler.shutdownExecutor(stage.agentId, 'own'));
    expect(await failed).toEqual({ agentId: stage.agentId, executorId: 'own', status: 0 });
    const ended = { reason: 'REASON_EXECUTOR_TERMINATED', source: 'SOURCE_AGENT' };
    for (const id of ['g1', 'g2', 't3']) expect(await scheduler.untilTask(id, ['TASK_FAILED'])).toMatchObject(ended);
    const isWhole = (later: Offer) => hasDataset(later) && later.resources.scalarMilli('cpus') === allCpus;
    const offer = await gather(scheduler, isWhole);
    expect(offer.executorIds).toBeUndefined();
    const [destroyed] = await act(scheduler, offer, destroyVolume(dataset));
    expect(destroyed?.refusal).toBeUndefined();
  }, 60_000);
});
