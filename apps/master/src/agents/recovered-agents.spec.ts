import { connectRedis } from '@holdfast/platform/redis';
import { Resources, scalar } from '@holdfast/core/resources';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { reportedTask } from '../builders.fixture';
import { MasterStory, type StoryFramework } from '../master.fixture';
import { agentInfoOf, pong, watched } from './agent-health.fixture';
import { RedisAgentStore } from './agent-store';
import { recoverAgents } from './recover-agents';

const cpu = scalar('cpus', 1);
const TEN_MINUTES_MS = 600_000;

describe('a master that was restarted', () => {
  let redis: TestRedis;
  let client: ReturnType<typeof connectRedis>;
  let prefix = '';
  let count = 0;

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, name: 'test', log: recordedLog(), whileAway: 'wait' });
  }, 60_000);
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(() => (prefix = `t${++count}`));

  const onRedis = (story: MasterStory) => {
    Object.assign(story.deps, { agentStore: new RedisAgentStore(client, prefix) });
    return story;
  };
  /** What was sent before an answer has been carried out before it. */
  const written = async () => {
    await client.ping();
    await new Promise(setImmediate);
  };
  /** A master with so many agents, the first `silent` of which have become unreachable. */
  async function earlier(agents: number, silent = 0) {
    const story = onRedis(new MasterStory());
    const registered = [];
    const watch = watched(story);
    for (let at = 0; at < silent; at++) registered.push(await story.register({ storeId: `store-${at}` }));
    if (silent > 0) await watch.pass(90_000);
    for (let at = silent; at < agents; at++) registered.push(await story.register({ storeId: `store-${at}` }));
    await written();
    watch.stop();
    return { story, agents: registered };
  }
  /** The next one over the same Redis. */
  async function restarted(before: MasterStory, env: Record<string, string> = {}) {
    const story = onRedis(new MasterStory(env, undefined, 2, before.ledger.store));
    const recovered = await recoverAgents(story.deps);
    const { pass, ends } = watched(story, recovered);
    const passed = async (ms: number) => {
      await pass(ms);
      await written();
    };
    const stateOf = (at: number, of: Awaited<ReturnType<typeof earlier>>) => story.deps.agents.get(of.agents[at]!.agent.id)?.state;
    return { story, recovered, ends, pass: passed, stateOf };
  }
  const statuses = ({ events }: StoryFramework) => events.flatMap((event) => (event.type === 'UPDATE' ? [event.status] : []));

  it('knows which agents were admitted, and which were unreachable since when (D-060, D-074, D-075)', async () => {
    const before = await earlier(2, 1);
    const [silent, other] = before.agents as [(typeof before.agents)[0], (typeof before.agents)[0]];
    const { story, recovered } = await restarted(before.story);
    expect(recovered.map(({ id }) => id)).toEqual([other.agent.id]);
    expect(story.deps.agents.get(silent.agent.id)).toMatchObject({
      state: 'unreachable',
      storeId: 'store-0',
      unreachableSinceMs: silent.agent.unreachableSinceMs,
    });
    const eng = story.subscribe();
    const tasks = [silent, other].map(({ agent }, at) => ({ taskId: `t${at}`, agentId: agent.id }));
    await story.call(eng, { type: 'RECONCILE', tasks });
    expect(statuses(eng)).toMatchObject([
      { taskId: 't0', state: 'TASK_UNREACHABLE', reason: 'REASON_RECONCILIATION', unreachableSinceMs: silent.agent.unreachableSinceMs },
    ]);
  });

  it('takes back an unreachable agent with its tasks, and remembers that it is here (D-076)', async () => {
    const before = await earlier(1, 1);
    const [{ agent }] = before.agents as [(typeof before.agents)[0]];
    const { story } = await restarted(before.story);
    const eng = story.subscribe();
    const task = reportedTask(agent.id, 't1', 'TASK_RUNNING', [cpu], eng.framework.id);
    await story.register({ agent: agentInfoOf(before.agents[0]!), storeId: 'store-0', tasks: [task] });
    expect(statuses(eng)).toMatchObject([{ taskId: 't1', state: 'TASK_RUNNING', reason: 'REASON_AGENT_REREGISTERED' }]);
    await written();
    expect((await restarted(before.story)).recovered.map(({ id }) => id)).toEqual([agent.id]);
  });

  it('waits ten minutes for the others, then marks them unreachable and remembers that (D-074)', async () => {
    const before = await earlier(2);
    const { story, stateOf, pass, ends } = await restarted(before.story);
    const eng = story.subscribe();
    const back = await story.register({ agent: agentInfoOf(before.agents[0]!), storeId: 'store-0' });
    const stopAnswering = story.world.every(15_000, () => pong(story, back));
    await pass(TEN_MINUTES_MS - 1);
    expect([stateOf(0, before), stateOf(1, before)]).toEqual(['connected', 'recovering']);
    await pass(1);
    expect([stateOf(0, before), stateOf(1, before)]).toEqual(['connected', 'unreachable']);
    expect(eng.events.at(-1)).toEqual({ type: 'FAILURE', agentId: before.agents[1]!.agent.id });
    stopAnswering();
    const next = await restarted(story);
    expect([next.stateOf(0, before), next.stateOf(1, before)]).toEqual(['recovering', 'unreachable']);
    expect(ends).toEqual([]);
  });

  it('ends, with a sentence, rather than mark more than the limit unreachable (D-074)', async () => {
    const before = await earlier(4);
    const { story, stateOf, pass, ends } = await restarted(before.story, { HOLDFAST_MASTER_RECOVERY_AGENT_REMOVAL_LIMIT: '50' });
    await story.register({ agent: agentInfoOf(before.agents[0]!), storeId: 'store-0' });
    await pass(TEN_MINUTES_MS);
    expect(ends).toEqual([
      expect.stringMatching(
        /^3 of the 4 agents .* have not come back within 600000 ms, more than the 50 % .*HOLDFAST_MASTER_RECOVERY_AGENT_REMOVAL_LIMIT\)\. Find out why/,
      ),
    ]);
    expect([1, 2, 3].map((at) => stateOf(at, before))).toEqual(['recovering', 'recovering', 'recovering']);
  });

  it('does not count agents that were unreachable before (D-074)', async () => {
    const before = await earlier(4, 3);
    const { stateOf, pass, ends } = await restarted(before.story, { HOLDFAST_MASTER_RECOVERY_AGENT_REMOVAL_LIMIT: '100' });
    await pass(TEN_MINUTES_MS);
    expect([ends, stateOf(3, before)]).toEqual([[], 'unreachable']);
  });

  it('spaces these markings, too, and calls off that of an agent that comes back meanwhile (D-071, D-074)', async () => {
    const before = await earlier(3);
    const { story, stateOf, pass } = await restarted(before.story, { HOLDFAST_MASTER_AGENT_REMOVAL_RATE_LIMIT: '1/10mins' });
    await pass(TEN_MINUTES_MS);
    expect([0, 1, 2].map((at) => stateOf(at, before)).filter((state) => state === 'unreachable')).toHaveLength(1);
    const waiting = before.agents.findIndex((_, at) => stateOf(at, before) === 'recovering');
    await story.register({ agent: agentInfoOf(before.agents[waiting]!), storeId: `store-${waiting}` });
    expect(stateOf(waiting, before)).toBe('connected');
    expect(story.deps.agents.get(before.agents[waiting]!.agent.id)?.marking).toBeUndefined();
  });

  it('re-adopts all agents and tasks (A-182, D-076)', async () => {
    const before = await earlier(20);
    const { story, recovered } = await restarted(before.story);
    expect(recovered).toHaveLength(20);
    await Promise.all(
      before.agents.map(({ agent }, at) =>
        story.register({
          agent: { ...agentInfoOf(before.agents[at]!), id: agent.id },
          storeId: `store-${at}`,
          tasks: [reportedTask(agent.id, `t${at}`, 'TASK_RUNNING', [cpu], 'f-1')],
        }),
      ),
    );
    expect([...story.deps.agents.all()].map(({ state }) => state)).toEqual(Array(20).fill('connected'));
    expect([...story.deps.tasks.all()].filter(({ state }) => state === 'TASK_RUNNING')).toHaveLength(20);
    expect(Resources.sum([...story.deps.tasks.all()].map(({ resources }) => resources)).scalarMilli('cpus')).toBe(20_000);
  });
});
