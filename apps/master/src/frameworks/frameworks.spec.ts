import { Resources, scalar } from '@holdfast/core/resources';
import type { SchedulerEvent } from '@holdfast/contracts';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory } from '../master.fixture';
import { EventStream } from './event-stream';
import { removeFramework } from './remove-framework';

const cpu = scalar('cpus', 1);

describe('a framework', () => {
  it('is told SUBSCRIBED first, with its id, then hears a heartbeat every 15 s (D-001)', () => {
    const story = new MasterStory();
    const { framework, events } = story.subscribe();
    story.world.advance(30_000);
    expect(events[0]).toMatchObject({ type: 'SUBSCRIBED', frameworkId: framework.id, heartbeatIntervalMs: 15_000 });
    expect(events.map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'HEARTBEAT', 'HEARTBEAT']);
  });

  it('that does not read is cut off: it is told why, and its stream is over although its connection is not', () => {
    const { world, deps } = new MasterStory();
    const sent: SchedulerEvent[] = [];
    const end = jest.fn();
    const out = { closed: false, bufferedBytes: 0, send: (event: SchedulerEvent) => void sent.push(event), end, onClose: () => undefined };
    const stream = new EventStream('s-1', out as never, world, deps.settings);
    const closed = jest.fn();
    stream.onClose(closed);
    out.bufferedBytes = deps.settings.maxBacklogBytes;
    stream.send({ type: 'HEARTBEAT' });
    expect(closed).not.toHaveBeenCalled();
    out.bufferedBytes++;
    stream.send({ type: 'HEARTBEAT' });
    expect(sent.map((event) => (event.type === 'ERROR' ? event.message : event.type))).toEqual([
      'HEARTBEAT',
      expect.stringContaining('read faster'),
    ]);
    expect([end.mock.calls.length, closed.mock.calls.length]).toEqual([1, 1]);
    world.advance(60_000);
    expect(sent).toHaveLength(2);
  });

  it('replaces its older stream, which is told and ended; its offers go back without RESCIND (D-004, C-094)', async () => {
    const story = new MasterStory();
    const older = story.subscribe();
    const agent = await story.register();
    story.offer(older, agent, [cpu]);
    const newer = story.subscribe({ id: older.framework.id });
    expect(newer.framework).toBe(older.framework);
    expect(older.events.at(-1)).toEqual({ type: 'ERROR', message: 'Framework failed over' });
    expect(older.isClosed()).toBe(true);
    expect(older.events.some(({ type }) => type === 'RESCIND')).toBe(false);
    expect(story.recovered()).toEqual(['cpus:1']);
  });

  it('is refused a call over an older stream (D-008)', async () => {
    const story = new MasterStory();
    const older = story.subscribe();
    const olderId = older.framework.stream?.id;
    story.subscribe({ id: older.framework.id });
    const { refusal } = await story.call(older, { type: 'RECONCILE', tasks: [] }, { streamId: olderId ?? '' });
    expect(refusal?.code).toBe('stale_stream');
  });

  it('keeps its tasks while disconnected, and may come back within its failover timeout (D-010, D-011)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe({ failoverTimeoutMs: 10_000 });
    const agent = await story.register();
    await story.accept(eng, story.offer(eng, agent, [cpu]), launch(agent.agent.id, ['t1', cpu]));
    eng.disconnect();
    story.world.advance(9_999);
    const again = story.subscribe({ id: eng.framework.id });
    story.world.advance(60_000);
    expect(story.deps.frameworks.get(again.framework.id)).toBe(again.framework);
    expect(story.deps.tasks.get(again.framework.id, 't1')?.state).toBe('TASK_STAGING');
  });

  it('is removed when its failover timeout passes, and its id is refused from then on (D-005, D-011)', () => {
    const story = new MasterStory();
    const eng = story.subscribe({ failoverTimeoutMs: 10_000 });
    eng.disconnect();
    story.world.advance(10_000);
    expect(() => story.subscribe({ id: eng.framework.id })).toThrow('Framework has been removed');
  });

  it('cannot change its principal (D-006)', () => {
    const story = new MasterStory();
    const eng = story.subscribe({ principal: 'a' });
    expect(() => story.subscribe({ id: eng.framework.id, principal: 'b' })).toThrow("cannot change from 'a' to 'b'");
  });

  it('is sent again, when it comes back, what it never acknowledged (D-007)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register();
    await story.accept(eng, story.offer(eng, agent, [cpu]), launch(agent.agent.id, ['t1', cpu]));
    eng.disconnect();
    await story.report(agent, 't1', 'TASK_RUNNING');
    const again = story.subscribe({ id: eng.framework.id });
    expect(again.events.find(({ type }) => type === 'UPDATE')).toMatchObject({ status: { taskId: 't1', state: 'TASK_RUNNING' } });
  });

  it('leaves its holders as `ending` at TEARDOWN until the agent says that the process is gone (architecture 11.1)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
    const V = volume('data', 40);
    const offer = story.offer(eng, agent, [cpu, engDisk(100)]);
    await story.accept(eng, offer, { type: 'CREATE', resources: [V] }, launch(agent.agent.id, ['t1', cpu, V]));
    removeFramework(story.deps, eng.framework, 'it asked for TEARDOWN');
    expect(eng.isClosed()).toBe(true);
    expect(await story.holders('eng/data')).toEqual(['t1 ending']);
    expect(story.changes.some(({ kind }) => kind === 'remove_framework')).toBe(false);

    await story.report(agent, 't1', 'TASK_KILLED');
    expect(await story.holders('eng/data')).toEqual([]);
    expect(story.changes.at(-1)).toEqual({ kind: 'remove_framework', frameworkId: eng.framework.id });
    expect(agent.sent.at(-1)).toMatchObject({ kind: 'acknowledge_update', taskId: 't1' });
  });
});
