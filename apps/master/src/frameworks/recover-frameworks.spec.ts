import { scalar } from '@holdfast/core/resources';
import { frameworkInfo, reportedTask } from '../builders.fixture';
import { MasterStory } from '../master.fixture';
import { recoverFrameworks } from './recover-frameworks';

const info = (id: string, failoverTimeoutMs: number) => ({ ...frameworkInfo({ id, failoverTimeoutMs }), id });

/** A master that comes after another one, which knew these frameworks. */
async function restarted(...timeouts: (readonly [id: string, failoverTimeoutMs: number])[]): Promise<MasterStory> {
  const story = new MasterStory();
  const frameworks = timeouts.map(([id, timeoutMs]) => ({ info: info(id, timeoutMs) }));
  story.deps.frameworkStore.load = async () => ({ frameworks, removed: ['f-gone'] });
  await recoverFrameworks(story.deps);
  return story;
}

describe('after a restart of the master a framework', () => {
  it('has its failover timeout, and at least ten minutes, to come back; then it is removed (D-012)', async () => {
    const story = await restarted(['f-long', 3_600_000], ['f-short', 0]);
    story.world.advance(599_999);
    expect(story.deps.frameworks.get('f-short')).toBeDefined();
    story.world.advance(1);
    expect(story.deps.frameworks.isRemoved('f-short')).toBe(true);
    story.world.advance(2_999_999);
    expect(story.deps.frameworks.get('f-long')).toBeDefined();
    story.world.advance(1);
    expect(story.deps.frameworks.isRemoved('f-long')).toBe(true);
  });

  it('that comes back in time stays, with what it says now (D-011, D-012, C-056)', async () => {
    const story = await restarted(['f-1', 0]);
    const { framework } = story.subscribe({ id: 'f-1', name: 'back' }, { suppressedRoles: ['eng'] });
    story.world.advance(3_600_000);
    expect(story.deps.frameworks.get('f-1')).toBe(framework);
    expect(framework.info.name).toBe('back');
    expect([...framework.suppressedRoles]).toEqual(['eng']);
  });

  it('that never comes back has its tasks killed, also where only an agent knew of it (D-012)', async () => {
    const story = await restarted();
    const agent = await story.register({ tasks: [reportedTask('x', 't1', 'TASK_RUNNING', [scalar('cpus', 1)], 'f-unheard')] });
    story.world.advance(600_000);
    expect(agent.sent.at(-1)).toEqual({ kind: 'shutdown_framework', frameworkId: 'f-unheard' });
  });

  it('that was removed before is still refused (D-005)', async () => {
    const story = await restarted();
    expect(() => story.subscribe({ id: 'f-gone' })).toThrow('Framework has been removed');
  });
});
