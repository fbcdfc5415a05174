import type { Offer } from '@holdfast/core/offers';
import type { TaskInfo } from '@holdfast/core/tasks';
import { createVolume, launch, offeredCpus, reserve, task, unreservedDiskMb, type Scheduler } from '@holdfast/scheduler-sdk';
import { eventually } from '@holdfast/testing/eventually';
import { act, engDisk, gather, holder, sharedVolume, Stage, withVolume } from '../scheduler-calls/stage.fixture';
import { untilPrinted, verify } from './sandboxes.fixture';

const VOLUME = sharedVolume('small', 16);
const TERMINAL = ['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED'] as const;

/** Tasks that take more than they have asked for, or do not end: the right reason reaches their framework, and everything else goes on. */
describe('a task that behaves badly', () => {
  let stage: Stage;
  let scheduler: Scheduler;

  beforeAll(async () => {
    stage = await Stage.open({ env: { HOLDFAST_AGENT_DISK_CHECK_INTERVAL_MS: '200', HOLDFAST_AGENT_PROCESSES_PER_TASK: '64' } });
    scheduler = await stage.scheduler();
    const offer = await scheduler.findOffer(() => true);
    await act(scheduler, offer, reserve(engDisk(16)), createVolume(VOLUME), launch(small(offer, 'neighbour', 'exec sleep 600')));
    await scheduler.untilTask('neighbour', ['TASK_RUNNING']);
  }, 60_000);
  afterAll(() => stage.close(), 60_000);
  afterEach(async () => {
    expect(scheduler.status('neighbour')?.state).toBe('TASK_RUNNING');
    expect(await verify(stage)).toMatchObject({ code: 0 });
  }, 60_000);

  const start = async (make: (offer: Offer) => TaskInfo): Promise<void> => {
    const hasAll = (whole: Offer) => withVolume('small', 16)(whole) && unreservedDiskMb(whole) > 0 && offeredCpus(whole) > 0;
    const offer = await gather(scheduler, hasAll);
    const [launched] = await act(scheduler, offer, launch(make(offer)));
    expect(launched?.tasks.map(({ refusal }) => refusal?.message)).toEqual([undefined]);
  };
  const small = (offer: Offer, id: string, command: string, diskMb?: number) =>
    task({ id, agentId: offer.agentId, cpus: 0.1, memMb: 32, command, killGraceMs: 100, ...(diskMb !== undefined && { diskMb }) });

  it('uses more memory than it has: TASK_FAILED, REASON_CONTAINER_LIMITATION_MEMORY, with what it used (D-062)', async () => {
    await start((offer) =>
      small(offer, 'glutton', `exec ${process.execPath} -e 'const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1))'`),
    );
    const status = await scheduler.untilTask('glutton', TERMINAL, { timeoutMs: 30_000 });
    expect(status).toMatchObject({
      state: 'TASK_FAILED',
      reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
      message: expect.stringMatching(/memory/i),
    });
    expect(status.limitation?.scalarMilli('mem')).toBeGreaterThan(0);
  }, 60_000);

  it('fills a volume over its size: it fails with REASON_CONTAINER_LIMITATION_DISK, whoever only reads goes on (A-171)', async () => {
    const reading = (offer: Offer) =>
      task({
        id: 'reader',
        agentId: offer.agentId,
        cpus: 0.1,
        memMb: 32,
        command: 'exec sleep 600',
        volumes: [{ volume: VOLUME, mode: 'RO' }],
      });
    await start(reading);
    await scheduler.untilTask('reader', ['TASK_RUNNING']);
    await start((offer) => holder(offer, 'filler', VOLUME, 'head -c 20000000 /dev/zero > data/big; exec sleep 600'));
    const status = await scheduler.untilTask('filler', TERMINAL, { timeoutMs: 30_000 });
    expect(status).toMatchObject({
      state: 'TASK_FAILED',
      reason: 'REASON_CONTAINER_LIMITATION_DISK',
      message: expect.stringContaining('eng/small'),
    });
    expect(scheduler.status('reader')?.state).toBe('TASK_RUNNING');
    await start((offer) => holder(offer, 'cleaner', VOLUME, 'rm data/big'));
    await scheduler.untilTask('cleaner', TERMINAL, { timeoutMs: 30_000 });
    await scheduler.kill('reader');
    await scheduler.untilTask('reader', ['TASK_KILLED']);
  }, 90_000);

  it('fills its sandbox over its disk: it fails with REASON_CONTAINER_LIMITATION_DISK', async () => {
    await start((offer) => small(offer, 'hoarder', 'head -c 8000000 /dev/zero > big; exec sleep 600', 4));
    expect(await scheduler.untilTask('hoarder', TERMINAL, { timeoutMs: 30_000 })).toMatchObject({
      state: 'TASK_FAILED',
      reason: 'REASON_CONTAINER_LIMITATION_DISK',
    });
  }, 60_000);

  it('ignores SIGTERM: it is killed after its grace, with all that it has started (D-057)', async () => {
    const line = "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo ready; while :; do sleep 0.1; done";
    await start((offer) => small(offer, 'stubborn', line));
    await scheduler.untilTask('stubborn', ['TASK_RUNNING']);
    await untilPrinted(stage, scheduler, 'stubborn', (text) => text === 'ready\n');
    expect(stage.processesOf('stubborn')).not.toEqual([]);
    await scheduler.kill('stubborn');
    await scheduler.untilTask('stubborn', ['TASK_KILLED'], { timeoutMs: 30_000 });
    expect(stage.processesOf('stubborn')).toEqual([]);
  }, 60_000);

  it('forks without end: it gets no more processes than it may have, others start meanwhile, and a kill ends them all', async () => {
    // The first process goes on, whatever becomes of those that find no room for another.
    await start((offer) => small(offer, 'bomb', 'bomb() { while :; do bomb & sleep 0.05; done; }; bomb 2>/dev/null & exec sleep 600'));
    await scheduler.untilTask('bomb', ['TASK_RUNNING']);
    await eventually(() => stage.processesOf('bomb').length >= 50);
    await start((offer) => small(offer, 'meanwhile', 'true'));
    await scheduler.untilTask('meanwhile', ['TASK_FINISHED'], { timeoutMs: 30_000 });
    expect(stage.processesOf('bomb').length).toBeLessThanOrEqual(64);
    await scheduler.kill('bomb');
    await scheduler.untilTask('bomb', ['TASK_KILLED'], { timeoutMs: 30_000 });
    expect(stage.processesOf('bomb')).toEqual([]);
  }, 60_000);
});
