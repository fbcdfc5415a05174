import { admitsHolders, canBecome } from './volume-state';

const STATES = ['creating', 'ready', 'draining', 'destroying', 'gone'] as const;

describe('the states of a volume', () => {
  it('admit holders only while it is creating or ready', () => {
    expect(STATES.filter(admitsHolders)).toEqual(['creating', 'ready']);
  });

  it('lead from destroying to nothing but gone', () => {
    expect(STATES.filter((state) => canBecome('destroying', state))).toEqual(['gone']);
  });

  it('begin anew only from gone; a destroy that is taken back leads where it came from', () => {
    expect(STATES.filter((state) => canBecome(state, 'creating'))).toEqual(['draining', 'gone']);
    expect(STATES.filter((state) => canBecome(state, 'draining'))).toEqual(['creating', 'ready']);
    expect(STATES.filter((state) => canBecome('draining', state))).toEqual(['creating', 'ready', 'destroying', 'gone']);
  });
});
