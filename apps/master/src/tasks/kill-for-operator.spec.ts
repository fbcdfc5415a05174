import { parseAcls } from '@holdfast/core/authorization';
import { Resources, scalar } from '@holdfast/core/resources';
import { disconnectAgent } from '../agents';
import { engDisk, launch, reportedTask } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { killForOperator } from './kill-for-operator';

const cpu = scalar('cpus', 1);

describe('a task that an operator kills', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  const begin = async (acls: object = {}) => {
    const parsed = parseAcls(acls);
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    story = new MasterStory({}, parsed.value);
    eng = story.subscribe({ principal: 'indexer' });
    agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
    await story.accept(eng, story.offer(eng, agent, [scalar('cpus', 4)]), launch(agent.agent.id, ['t1', cpu]));
  };
  const kill = (more: object = {}, caller?: string) =>
    killForOperator(story.deps, caller, { frameworkId: eng.framework.id, taskId: 't1', ...more });
  const killed = () => agent.sent.filter(({ kind }) => kind === 'kill_task');

  it('is killed with the grace that is given, or none in particular (D-057)', async () => {
    await begin();
    expect(kill({ graceMs: 500 }).ok && kill().ok).toBe(true);
    const of = { kind: 'kill_task', frameworkId: eng.framework.id, taskId: 't1' };
    expect(killed()).toEqual([{ ...of, graceMs: 500 }, of]);
  });

  it('is killed when its agent is back, if that is away (D-056)', async () => {
    await begin();
    const { launchId = '' } = story.deps.tasks.get(eng.framework.id, 't1') ?? {};
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    expect(kill().ok).toBe(true);
    expect(killed()).toEqual([]);
    const tasks = [{ ...reportedTask(agent.agent.id, 't1', 'TASK_RUNNING', [cpu], eng.framework.id), launchId }];
    const again = await story.register({ agent: { id: agent.agent.id, hostname: 'h', httpPort: 5051, attributes: [] }, tasks });
    expect(again.sent.map(({ kind }) => kind)).toContain('kill_task');
  });

  it('is named if nobody knows it, or if it is over', async () => {
    await begin();
    const unknown = kill({ taskId: 'nobody' });
    expect(!unknown.ok && unknown.refusal).toMatchObject({
      code: 'task_unknown',
      message: `Framework ${eng.framework.id} has no task nobody, as far as this master knows; list its tasks.`,
    });
    await story.report(agent, 't1', 'TASK_FINISHED');
    const over = kill();
    expect(!over.ok && over.refusal).toMatchObject({ code: 'task_over', message: 'Task t1 is over already: TASK_FINISHED.' });
    expect(killed()).toEqual([]);
  });

  it('is killed by whom the ACLs let kill tasks of its framework’s principal (B-122)', async () => {
    await begin({
      permissive: false,
      register_frameworks: [{ principals: { type: 'ANY' }, roles: { type: 'ANY' } }],
      run_tasks: [{ principals: { type: 'ANY' }, users: { type: 'ANY' } }],
      kill_tasks: [{ principals: { values: ['operator'] }, framework_principals: { values: ['indexer'] } }],
    });
    const denied = [kill({}, 'mallory'), kill({ frameworkId: 'another' }, 'operator')];
    expect(denied.map((answer) => !answer.ok && answer.refusal.message)).toEqual([
      "Principal mallory may not kill tasks of frameworks of 'indexer'.",
      'Principal operator may not kill tasks of frameworks without a principal.',
    ]);
    expect(killed()).toEqual([]);
    expect(kill({}, 'operator').ok).toBe(true);
    expect(killed()).toHaveLength(1);
  });
});
