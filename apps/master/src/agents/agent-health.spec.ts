import { launch } from '../builders.fixture';
import { MasterStory, type StoryAgent } from '../master.fixture';
import { scalar } from '@holdfast/core/resources';
import { agentInfoOf, pong, watched } from './agent-health.fixture';
import type { AdmittedAgent } from './agent-store';
import { disconnectAgent } from './disconnect-agent';

const cpu = scalar('cpus', 1);
const pings = ({ sent }: StoryAgent): number => sent.filter(({ kind }) => kind === 'ping').length;
const stateOf = ({ agent }: StoryAgent) => agent.state;

/** A master with a framework and so many agents. */
async function cluster(count: number, env: Record<string, string> = {}) {
  const story = new MasterStory(env);
  const eng = story.subscribe();
  const agents: StoryAgent[] = [];
  for (let at = 0; at < count; at++) agents.push(await story.register({ storeId: `store-${at}` }));
  const failures = () => eng.events.flatMap((event) => (event.type === 'FAILURE' ? [event.agentId] : []));
  return { story, eng, agents, failures };
}

/** What the master writes down arrives when the test says so. */
function slowRedis(story: MasterStory) {
  const written: AdmittedAgent[] = [];
  const owed: { arrive(): void; fail(): void }[] = [];
  story.deps.agentStore.save = (agent) =>
    new Promise((resolve, reject) => {
      const arrive = () => {
        written.push(agent);
        resolve();
      };
      owed.push({ arrive, fail: () => reject(new Error('READONLY')) });
    });
  const settle = async (how: 'arrive' | 'fail' = 'arrive') => {
    for (const one of owed.splice(0)) one[how]();
    await new Promise(setImmediate);
  };
  return { written, settle };
}

describe('an agent', () => {
  it('is pinged every 15 s, and unreachable when it has not answered five in a row (D-070)', async () => {
    const { story, agents, failures } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const { pass } = watched(story);
    await pass(15_000);
    expect(pings(agent)).toBe(1);
    await pass(60_000);
    expect([pings(agent), stateOf(agent)]).toEqual([5, 'connected']);
    await pass(15_000);
    expect([stateOf(agent), failures()]).toEqual(['unreachable', [agent.agent.id]]);
    expect(agent.drops).toEqual(['it is unreachable: it has missed 5 pings']);
    await pass(60_000);
    expect(failures()).toHaveLength(1);
  });

  it('that answers now and then stays (D-070)', async () => {
    const { story, agents } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const { pass } = watched(story);
    for (let round = 0; round < 5; round++) {
      await pass(75_000);
      pong(story, agent);
    }
    expect([pings(agent), stateOf(agent)]).toEqual([25, 'connected']);
  });

  it('whose stream broke has as long to come back (D-073)', async () => {
    const { story, agents } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const { pass } = watched(story);
    disconnectAgent(story.deps, agent.agent, agent.agent.link!);
    await pass(75_000);
    expect(stateOf(agent)).toBe('disconnected');
    await pass(15_000);
    expect([stateOf(agent), pings(agent)]).toEqual(['unreachable', 0]);
  });

  it('whose registration waits for the ledger for long is not unreachable for it (D-070)', async () => {
    const { story, agents } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const { pass } = watched(story);
    disconnectAgent(story.deps, agent.agent, agent.agent.link!);
    const reconcile = story.ledger.reconcile.bind(story.ledger);
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    story.ledger.reconcile = (report) => answered.then(() => reconcile(report));
    const registered = story.register({ agent: agentInfoOf(agent), storeId: 'store-0' });
    await pass(0);
    await pass(120_000);
    answer();
    await registered;
    await pass(60_000);
    expect(stateOf(agent)).toBe('connected');
  });

  it('does not become unreachable because the clock jumps, nor stays reachable for it (D-070)', async () => {
    const { story, agents } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const { pass } = watched(story);
    const { nowMs } = story.world;
    await pass(15_000);
    pong(story, agent);
    story.world.nowMs = () => nowMs() + 3 * 3_600_000;
    await pass(15_000);
    expect(stateOf(agent)).toBe('connected');
    story.world.nowMs = () => nowMs() - 3 * 3_600_000;
    await pass(75_000);
    expect(stateOf(agent)).toBe('unreachable');
  });
});

describe('marking an agent unreachable', () => {
  it('comes first in Redis, then to the frameworks (D-075)', async () => {
    const { story, eng, agents, failures } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    await story.accept(eng, story.offer(eng, agent, [cpu]), launch(agent.agent.id, ['t1', cpu]));
    const redis = slowRedis(story);
    const { pass } = watched(story);
    await pass(90_000);
    expect([stateOf(agent), failures()]).toEqual(['connected', []]);
    await redis.settle();
    expect(redis.written).toEqual([
      { id: agent.agent.id, storeId: 'store-0', info: agent.agent.info, unreachableSinceMs: agent.agent.unreachableSinceMs },
    ]);
    expect([stateOf(agent), failures()]).toEqual(['unreachable', [agent.agent.id]]);
    expect(eng.events.at(-2)).toMatchObject({
      type: 'UPDATE',
      status: { taskId: 't1', state: 'TASK_UNREACHABLE', unreachableSinceMs: agent.agent.unreachableSinceMs },
    });
  });

  it('is called off by an answer while it is being written, and the record set right (D-070)', async () => {
    const { story, agents, failures } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const redis = slowRedis(story);
    const { pass } = watched(story);
    await pass(90_000);
    pong(story, agent);
    await redis.settle();
    await redis.settle();
    expect([stateOf(agent), failures()]).toEqual(['connected', []]);
    expect(redis.written.map(({ unreachableSinceMs }) => unreachableSinceMs !== undefined)).toEqual([true, false]);
    await pass(90_000);
    await redis.settle();
    expect(stateOf(agent)).toBe('unreachable');
  });

  it('is called off by a registration while it is being written (D-070)', async () => {
    const { story, agents, failures } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const redis = slowRedis(story);
    const { pass } = watched(story);
    await pass(90_000);
    await story.register({ agent: agentInfoOf(agent), storeId: 'store-0' });
    await redis.settle();
    await redis.settle();
    expect([stateOf(agent), failures()]).toEqual(['connected', []]);
    expect(redis.written.at(-1)).not.toHaveProperty('unreachableSinceMs');
  });

  it('is tried again as long as Redis does not take it (D-075)', async () => {
    const { story, agents } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    const redis = slowRedis(story);
    const { pass } = watched(story);
    await pass(90_000);
    await redis.settle('fail');
    expect(stateOf(agent)).toBe('connected');
    await pass(15_000);
    await redis.settle();
    expect(stateOf(agent)).toBe('unreachable');
  });

  it('waits for an ACCEPT that is under way, so that its tasks are told of, too (D-075)', async () => {
    const { story, eng, agents } = await cluster(1);
    const [agent] = agents as [StoryAgent];
    let finish!: () => void;
    void agent.agent.queue.run(() => new Promise<void>((resolve) => (finish = resolve)));
    const accepted = story.accept(eng, story.offer(eng, agent, [cpu]), launch(agent.agent.id, ['t1', cpu]));
    const { pass } = watched(story);
    await pass(90_000);
    expect(stateOf(agent)).toBe('connected');
    finish();
    await accepted;
    await pass(0);
    expect(stateOf(agent)).toBe('unreachable');
    expect(story.deps.tasks.get(eng.framework.id, 't1')?.state).toBe('TASK_UNREACHABLE');
  });
});

describe('the removal rate limit', () => {
  const LIMITED = { HOLDFAST_MASTER_AGENT_REMOVAL_RATE_LIMIT: '1/10mins' };

  it('is none unless it is set: all silent agents are unreachable at once (D-071)', async () => {
    const { story, agents } = await cluster(3);
    await watched(story).pass(90_000);
    expect(agents.map(stateOf)).toEqual(['unreachable', 'unreachable', 'unreachable']);
  });

  it('spaces the markings (D-071)', async () => {
    const { story, agents } = await cluster(3, LIMITED);
    const { pass } = watched(story);
    await pass(90_000);
    expect(agents.map(stateOf)).toEqual(['unreachable', 'connected', 'connected']);
    await pass(599_999);
    expect(agents.map(stateOf)).toEqual(['unreachable', 'connected', 'connected']);
    await pass(1);
    expect(agents.map(stateOf)).toEqual(['unreachable', 'unreachable', 'connected']);
    await pass(600_000);
    expect(agents.map(stateOf)).toEqual(['unreachable', 'unreachable', 'unreachable']);
  });

  it('lets an agent that waits be pinged on, and an answer calls its marking off (D-070, D-071)', async () => {
    const { story, agents } = await cluster(3, LIMITED);
    const [, second, third] = agents as [StoryAgent, StoryAgent, StoryAgent];
    const { pass } = watched(story);
    await pass(90_000);
    const before = pings(second);
    await pass(300_000);
    expect(pings(second)).toBe(before + 20);
    for (let at = 0; at < 20; at++) {
      pong(story, second);
      await pass(15_000);
    }
    expect(agents.map(stateOf)).toEqual(['unreachable', 'connected', 'unreachable']);
    expect(third.agent.marking).toBeUndefined();
  });

  it('that cannot be read keeps the master from starting, with a sentence (D-071)', () => {
    expect(() => new MasterStory({ HOLDFAST_MASTER_AGENT_REMOVAL_RATE_LIMIT: 'one per hour' })).toThrow(
      /HOLDFAST_MASTER_AGENT_REMOVAL_RATE_LIMIT must be <agents>\/<duration>, such as 1\/10mins/,
    );
  });
});
