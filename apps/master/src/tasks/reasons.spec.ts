import { parseAcls } from '@holdfast/core/authorization';
import type { Operation } from '@holdfast/core/offers';
import type { StatusReason, TaskState } from '@holdfast/core/tasks';
import { Resources, scalar } from '@holdfast/core/resources';
import { disconnectAgent } from '../agents';
import { engDisk, executorInfo, launch, launchGroup, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { markUnreachable } from './mark-unreachable';
import { reconcileTasks } from './reconcile-tasks';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const pod = executorInfo('pod', scalar('cpus', 0.5), scalar('mem', 32), scalar('disk', 1));
const offered = [scalar('cpus', 4), scalar('mem', 1024), scalar('disk', 100), V];

interface Setting {
  readonly story: MasterStory;
  readonly eng: StoryFramework;
  readonly agent: StoryAgent;
}

const offer = ({ story, eng, agent }: Setting) => story.offer(eng, agent, offered);
const accept = (setting: Setting, offerId: string | undefined, ...operations: Operation[]) =>
  setting.story.call(setting.eng, { type: 'ACCEPT', offerIds: [offerId ?? ''], operations, filters: {} });
const disconnect = ({ story, agent }: Setting) => agent.agent.link && disconnectAgent(story.deps, agent.agent, agent.agent.link);
const registerAgain = ({ story, agent }: Setting) =>
  story.register({
    agent: { id: agent.agent.id, hostname: 'h', httpPort: 5051, attributes: [] },
    checkpointed: Resources.of([engDisk(60), V]),
  });
const start = async (setting: Setting) => {
  await accept(setting, offer(setting), launch(setting.agent.agent.id, ['t', cpu]));
  await setting.story.report(setting.agent, 't', 'TASK_RUNNING');
};

/** What the master says of tasks by itself, and when. What agents say is theirs (their own tests list it). */
const VERDICTS: readonly [TaskState, StatusReason, string, (setting: Setting) => unknown, acls?: object][] = [
  ['TASK_ERROR', 'REASON_TASK_INVALID', 'does not fit', (on) => accept(on, offer(on), launch(on.agent.agent.id, ['t', scalar('cpus', 9)]))],
  [
    'TASK_ERROR',
    'REASON_TASK_GROUP_INVALID',
    'is in a group that does not fit',
    (on) => accept(on, offer(on), launchGroup(on.agent.agent.id, pod, ['t', scalar('cpus', 9)])),
  ],
  [
    'TASK_ERROR',
    'REASON_TASK_UNAUTHORIZED',
    'is not allowed',
    (on) => accept(on, offer(on), launch(on.agent.agent.id, ['t', cpu])),
    { run_tasks: [{ principals: { type: 'NONE' }, users: { type: 'ANY' } }] },
  ],
  [
    'TASK_ERROR',
    'REASON_TASK_GROUP_UNAUTHORIZED',
    'is in a group that is not allowed',
    (on) => accept(on, offer(on), launchGroup(on.agent.agent.id, pod, ['t', cpu])),
    { run_tasks: [{ principals: { type: 'NONE' }, users: { type: 'ANY' } }] },
  ],
  ['TASK_DROPPED', 'REASON_INVALID_OFFERS', 'is for no offer', (on) => accept(on, 'none', launch(on.agent.agent.id, ['t', cpu]))],
  [
    'TASK_DROPPED',
    'REASON_RESOURCES_UNKNOWN',
    'needs a volume that the ledger cannot be asked for',
    (on) => {
      on.story.ledger.isLinked = false;
      return accept(on, offer(on), launch(on.agent.agent.id, ['t', cpu, V]));
    },
  ],
  [
    'TASK_DROPPED',
    'REASON_AGENT_DISCONNECTED',
    'never reached its agent',
    async (on) => {
      await accept(on, offer(on), launch(on.agent.agent.id, ['t', cpu]));
      disconnect(on);
      await registerAgain(on);
    },
  ],
  [
    'TASK_GONE',
    'REASON_AGENT_RESTARTED',
    'is no longer there when its agent is back',
    async (on) => {
      await start(on);
      disconnect(on);
      await registerAgain(on);
    },
  ],
  [
    'TASK_UNREACHABLE',
    'REASON_AGENT_REMOVED',
    'is on a silent agent',
    async (on) => {
      await start(on);
      markUnreachable(on.story.deps, on.agent.agent, 'silent');
    },
  ],
  [
    'TASK_UNKNOWN',
    'REASON_RECONCILIATION',
    'is asked about and nobody knows it',
    ({ story, eng }) => reconcileTasks(story.deps, eng.framework, { frameworkId: eng.framework.id, tasks: [{ taskId: 't' }] }),
  ],
];

describe('what the master says of a task by itself (D-062)', () => {
  it.each(VERDICTS)('%s, %s: it %s', async (state, reason, _when, happens, acls = {}) => {
    const parsed = parseAcls(acls);
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    const story = new MasterStory({}, parsed.value);
    const setting = { story, eng: story.subscribe(), agent: await story.register({ checkpointed: Resources.of([engDisk(60), V]) }) };
    await happens(setting);
    const told = setting.eng.events.flatMap((event) => (event.type === 'UPDATE' ? [event.status] : []));
    expect(told.at(-1)).toMatchObject({ taskId: 't', state, reason, source: 'SOURCE_MASTER' });
    expect(told.at(-1)).not.toHaveProperty('uuid');
  });

  it('TASK_KILLED, REASON_FRAMEWORK_REMOVED: its framework was removed, and operators are told', async () => {
    const story = new MasterStory();
    const setting = { story, eng: story.subscribe(), agent: await story.register({ checkpointed: Resources.of([engDisk(60), V]) }) };
    await start(setting);
    await story.call(setting.eng, { type: 'TEARDOWN' });
    expect(story.deps.tasks.all().map(({ status }) => [status.state, status.reason])).toEqual([
      ['TASK_KILLED', 'REASON_FRAMEWORK_REMOVED'],
    ]);
  });
});
