import { scalar } from '@holdfast/core/resources';
import { operatorService } from '@holdfast/contracts';
import { createRpcClient, startRpcServer, type RpcClient, type RpcServer } from '@holdfast/platform/rpc';
import { launch } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { operatorHandlers } from './operator-service';

describe('the operators’ door', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;
  let server: RpcServer;
  let client: RpcClient;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register();
    const { maxMessageBytes } = story.deps.settings;
    server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      handlers: operatorHandlers(story.deps),
      maxMessageBytes,
      log: story.deps.log,
    });
    client = createRpcClient({ address: server.address });
  }, 60_000);

  afterEach(async () => {
    client.close();
    await server.stop(0);
  });

  it('kills a task, with a grace of its own, and refuses one that nobody knows or that is over', async () => {
    await story.accept(eng, story.offer(eng, agent, [scalar('cpus', 1)]), launch(agent.agent.id, ['t1', scalar('cpus', 1)]));
    const frameworkId = eng.framework.id;
    const kill = (more: object = {}) =>
      client.unary(operatorService.killTask, { frameworkId, taskId: 't1', ...more }, { deadlineMs: 10_000 });
    expect(await kill({ graceMs: 0 })).toEqual({ ok: true, value: {} });
    expect(agent.sent.at(-1)).toEqual({ kind: 'kill_task', frameworkId, taskId: 't1', graceMs: 0 });
    await story.report(agent, 't1', 'TASK_KILLED');
    const answers = [await kill({ taskId: 'nobody' }), await kill()];
    expect(answers.map((answer) => !answer.ok && answer.refusal)).toMatchObject([
      { code: 'task_unknown', details: { frameworkId, taskId: 'nobody' } },
      { code: 'task_over', details: { taskId: 't1', state: 'TASK_KILLED' } },
    ]);
  }, 60_000);
});
