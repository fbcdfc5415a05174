import { existsSync } from 'node:fs';
import type { OperationStatus } from '@holdfast/core/offers';
import {
  allApplied,
  awaitEvent,
  createVolume,
  destroyVolume,
  findVolume,
  launch,
  orThrow,
  reserve,
  withId,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { act, engDisk, gather, holder, sharedVolume, sizeMb, Stage, withVolume } from './stage.fixture';

const dataset = sharedVolume('dataset', 64);
const other = sharedVolume('other', 32);

/** What a framework is told of operations to which it has given ids (D-090 to D-098). */
describe('operation feedback', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ env: { HOLDFAST_AGENT_UPDATE_RETRY_MS: '3000', HOLDFAST_AGENT_UPDATE_RETRY_MAX_MS: '3000' } });
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const nextStatus = (scheduler: Scheduler, operationId: string, fits: (status: OperationStatus) => boolean = () => true) =>
    awaitEvent(scheduler, 'operationUpdated', (status) => (status.operationId === operationId && fits(status) ? status : undefined), {
      what: `a status of operation ${operationId}`,
    });
  /** To a question; with a uuid it is what the agent says by itself, maybe once more (D-094). */
  const isAnswer = ({ uuid }: OperationStatus) => uuid === undefined;
  /** The answers to a question; the last is that to an operation that nobody knows, so that all before it have arrived. */
  const answers = async (scheduler: Scheduler, ask: () => Promise<unknown>) => {
    const heard: OperationStatus[] = [];
    const hear = (status: OperationStatus) => void heard.push(status);
    scheduler.on('operationUpdated', hear);
    const last = nextStatus(scheduler, 'end-of-answers');
    await ask();
    orThrow(await scheduler.reconcileOperations([{ operationId: 'end-of-answers' }]));
    await last;
    scheduler.off('operationUpdated', hear);
    return heard.filter((status) => isAnswer(status) && status.operationId !== 'end-of-answers');
  };

  describe('with automatic acknowledgement', () => {
    let scheduler: Scheduler;
    beforeAll(async () => {
      scheduler = await stage.scheduler();
    });
    afterAll(async () => {
      orThrow(await scheduler.suppress());
      scheduler.close();
    });

    it('says FINISHED, what was made and by which agent, under a uuid, which the library acknowledges (D-094, D-095)', async () => {
      const offer = await scheduler.findOffer(() => true);
      const told = ['op-reserve', 'op-create'].map((id) => nextStatus(scheduler, id));
      const operations = [
        withId('op-reserve', reserve(engDisk(64))),
        withId('op-create', createVolume(dataset)),
        launch(holder(offer, 't1', dataset)),
      ];
      allApplied(await scheduler.accept(offer, operations, { refuseMs: 0 }));
      const [reserved, created] = await Promise.all(told);
      for (const status of [reserved, created]) {
        expect(status).toMatchObject({ state: 'OPERATION_FINISHED', agentId: stage.agentId });
        expect(status?.uuid).toHaveLength(16);
      }
      expect(sizeMb(created?.converted?.toList().find(({ disk }) => disk?.persistence?.id === 'dataset'))).toBe(64);
      expect(reserved?.converted?.scalarMilli('disk')).toBe(64_000);
      // Once it is acknowledged, an operation that is over is forgotten.
      for (const id of ['op-reserve', 'op-create']) await untilForgotten(id);
      expect(await answers(scheduler, () => scheduler.reconcileOperations())).toEqual([]);
      await scheduler.untilTask('t1', ['TASK_RUNNING']);
    }, 60_000);

    /** The acknowledgement travels by itself; until it is there the last status is the answer. */
    const untilForgotten = async (operationId: string): Promise<void> => {
      const status = nextStatus(scheduler, operationId, isAnswer);
      orThrow(await scheduler.reconcileOperations([{ operationId, agentId: stage.agentId }]));
      if ((await status).state !== 'OPERATION_UNKNOWN') await untilForgotten(operationId);
    };

    it('says ERROR of one that is refused, and why, without uuid and agent; the others go on (B-071, D-080)', async () => {
      const offer = await scheduler.findOffer((later) => findVolume(later, 'dataset') !== undefined);
      const [held, reserved] = [nextStatus(scheduler, 'op-held'), nextStatus(scheduler, 'op-beside')];
      const results = await act(scheduler, offer, withId('op-held', destroyVolume(dataset)), withId('op-beside', reserve(engDisk(32))));
      expect(results.map(({ refusal }) => refusal?.code)).toEqual(['volume_in_use', undefined]);
      const status = await held;
      expect(status).toMatchObject({ state: 'OPERATION_ERROR', message: expect.stringContaining('task t1 ') });
      expect([status.uuid, status.agentId]).toEqual([undefined, undefined]);
      expect(await reserved).toMatchObject({ state: 'OPERATION_FINISHED', agentId: stage.agentId });
    }, 60_000);

    it('says FINISHED of a DESTROY when the data is gone', async () => {
      orThrow(await scheduler.kill('t1'));
      await scheduler.untilTask('t1', ['TASK_KILLED']);
      const status = nextStatus(scheduler, 'op-destroy');
      await act(scheduler, await scheduler.findOffer(withVolume('dataset', 64)), withId('op-destroy', destroyVolume(dataset)));
      expect(await status).toMatchObject({ state: 'OPERATION_FINISHED', agentId: stage.agentId });
      expect(existsSync(stage.dataOf('dataset'))).toBe(false);
    }, 60_000);

    it('is not there for launches: their tasks are refused (D-090)', async () => {
      const offer = await scheduler.findOffer(() => true);
      const [result] = await act(scheduler, offer, withId('op-launch', launch(holder(offer, 't2', other))));
      expect(result?.tasks[0]?.refusal).toBeDefined();
      await scheduler.untilTask('t2', ['TASK_ERROR']);
    }, 60_000);
  });

  describe('with acknowledgement by the framework itself', () => {
    let scheduler: Scheduler;
    let first: OperationStatus;
    beforeAll(async () => {
      scheduler = await stage.scheduler({ framework: { name: 'careful' }, acknowledge: 'manual' });
    });

    it('repeats a status until it is acknowledged (D-094)', async () => {
      const offer = await gather(scheduler, (later) => later.resources.scalarMilli('disk') === 10_240_000);
      const told = nextStatus(scheduler, 'op-1');
      await act(scheduler, offer, withId('op-1', createVolume(other)));
      first = await told;
      expect(await nextStatus(scheduler, 'op-1')).toEqual(first);
    }, 60_000);

    it('repeats it after kill -9 of the agent, and of the master (D-094, D-097)', async () => {
      for (const kill of [() => stage.killAgent(scheduler), () => stage.killMaster(scheduler)]) {
        await kill();
        expect(await nextStatus(scheduler, 'op-1')).toEqual(first);
      }
    }, 60_000);

    it('answers reconciliation without uuid: all that are known, or those that are named (D-096)', async () => {
      const { uuid: _, ...latest } = first;
      const all = await answers(scheduler, () => scheduler.reconcileOperations());
      expect(all).toEqual([latest]);
      const named = await answers(scheduler, () =>
        scheduler.reconcileOperations([
          { operationId: 'op-1' },
          { operationId: 'never', agentId: stage.agentId },
          { operationId: 'nowhere', agentId: 'no-such-agent' },
        ]),
      );
      expect(named).toMatchObject([
        latest,
        { operationId: 'never', state: 'OPERATION_UNKNOWN', agentId: stage.agentId },
        { operationId: 'nowhere', state: 'OPERATION_UNKNOWN' },
      ]);
    }, 60_000);

    it('takes one acknowledgement, of the uuid that was sent, and nothing is repeated from then on (D-095)', async () => {
      // Right behind one: the next is not on its way before all of this is over.
      await nextStatus(scheduler, 'op-1');
      const wrong = await scheduler.acknowledgeOperation({ ...first, uuid: Buffer.alloc(16, 7) });
      expect(wrong.ok ? 'taken' : wrong.refusal.code).toBe('operation_unknown');
      orThrow(await scheduler.acknowledgeOperation(first));
      const again = await scheduler.acknowledgeOperation(first);
      expect(again.ok ? 'taken' : again.refusal.code).toBe('operation_unknown');

      const heard: OperationStatus[] = [];
      scheduler.on('operationUpdated', (status) => void heard.push(status));
      const told = nextStatus(scheduler, 'op-2');
      await act(scheduler, await scheduler.findOffer(withVolume('other', 32)), withId('op-2', destroyVolume(other)));
      const second = await told;
      // An agent that comes back repeats all that it knows of as unacknowledged.
      await stage.killAgent(scheduler);
      expect(await nextStatus(scheduler, 'op-2')).toEqual(second);
      expect(heard.filter(({ operationId }) => operationId === 'op-1')).toEqual([]);
    }, 60_000);
  });
});
