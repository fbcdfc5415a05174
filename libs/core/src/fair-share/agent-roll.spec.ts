import { AgentRoll } from './agent-roll';
import { AgentSelection } from './agent-selection';
import { OwnMinimums } from './own-minimums';
import { ScalarColumns } from './quantities';

describe('the roll of agents', () => {
  it('has an agent judged anew by the selections that are asked, and forgets those that are not', () => {
    const roll = new AgentRoll({
      minimum: [],
      ownMinimums: new OwnMinimums(),
      columns: new ScalarColumns(),
      filtersGpuAgents: true,
      region: undefined,
    });
    const judge = jest.fn(() => true);
    const selection = new AgentSelection(judge);
    const agent = roll.add('a1');
    const timesJudged = () => selection.admits(agent) && judge.mock.calls.length;
    roll.replaceSelections([], [selection]);
    expect(timesJudged()).toBe(1);
    roll.judgeAnew(agent);
    expect(timesJudged()).toBe(2);
    roll.replaceSelections([selection], []);
    roll.judgeAnew(agent);
    expect(timesJudged()).toBe(2);
  });
});
