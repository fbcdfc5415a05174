import { readRegistration } from './registration';

const HEAD = `# HELP holdfast_agent_registered_epoch Epoch of the master with which this agent is registered
# TYPE holdfast_agent_registered_epoch gauge
`;

describe('readRegistration', () => {
  it('finds which agent it is, and with which master it is registered', () => {
    const metrics = (labels: string) => `other{agent_id="x"} 3\n${HEAD}holdfast_agent_registered_epoch{${labels}} 12\nlast 1\n`;
    const registration = { agentId: 'a-1', epoch: 12 };
    expect(readRegistration(metrics('agent_id="a-1"'))).toEqual(registration);
    expect(readRegistration(metrics('otel_scope_name="holdfast",agent_id="a-1",more="x"'))).toEqual(registration);
  });

  it('finds nothing while no master has registered the agent', () => {
    expect(readRegistration('')).toBeUndefined();
    expect(readRegistration(`${HEAD}other{agent_id="a-1"} 12\n`)).toBeUndefined();
    expect(readRegistration(`${HEAD}holdfast_agent_registered_epoch{agent_id="a-1"} 0\n`)).toBeUndefined();
  });
});
