import { TestAgent } from '../test-agent.fixture';
import { AgentClient } from './agent-client';

describe('asking an agent', () => {
  let agent: TestAgent;
  beforeEach(async () => {
    agent = new TestAgent();
    await agent.start();
    agent.write('/stdout', 'text');
  });
  afterEach(() => agent.stop());

  const clientOf = (hostname: string, ownHostname: string) =>
    new AgentClient({ ...agent.known().info, hostname }, undefined, new AbortController().signal, ownHostname);

  it('tries the loopback address of this machine where its own name does not lead to the agent', async () => {
    const client = clientOf('no-such-host.invalid', 'no-such-host.invalid');
    expect((await client.readFile('/stdout', 1, 2))?.data.toString()).toBe('ex');
    expect(await client.readFile('/none', 0)).toBeUndefined();
  });

  it('looks for agents of other machines only where they say that they are', async () => {
    await expect(clientOf('no-such-host.invalid', 'other').readFile('/stdout', 0)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/agent-1 at http:\/\/no-such-host\.invalid:\d+ \(/),
    });
  });
});
