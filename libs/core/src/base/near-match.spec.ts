import { nearMatch } from './near-match';

describe('nearMatch', () => {
  const known = ['HOLDFAST_AGENT_HTTP_PORT', 'HOLDFAST_AGENT_WORK_DIR', 'HOLDFAST_AGENT_RESOURCES'];

  it.each([
    ['HOLDFAST_AGENT_HTTP_PROT', 'HOLDFAST_AGENT_HTTP_PORT'],
    ['HOLDFAST_AGENT_PORT', 'HOLDFAST_AGENT_HTTP_PORT'],
    ['HOLDFAST_AGENT_WORKDIR', 'HOLDFAST_AGENT_WORK_DIR'],
    ['HOLDFAST_AGENT_RESOURCE', 'HOLDFAST_AGENT_RESOURCES'],
  ])('takes %s for %s', (typed, meant) => expect(nearMatch(typed, known)).toBe(meant));

  it('suggests nothing where nothing is near', () => {
    expect(nearMatch('HOLDFAST_AGENT_FAVOURITE_COLOUR', known)).toBeUndefined();
    expect(nearMatch('X', [])).toBeUndefined();
  });
});
