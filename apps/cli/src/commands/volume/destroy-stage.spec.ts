import type { VolumeState } from '@holdfast/core/volumes';
import { destroyStage, type DestroyStage } from './destroy-stage';

describe('how far a destroy has come', () => {
  it.each<[VolumeState, DestroyStage]>([
    ['draining', 'waiting'],
    ['destroying', 'deleting'],
    ['gone', 'gone'],
    ['ready', 'taken_back'],
    ['creating', 'taken_back'],
  ])('a volume of the same generation that is %s: %s', (state, stage) => {
    expect(destroyStage({ state, generation: 3 }, 3)).toBe(stage);
  });

  it('takes a later volume of the name, or none, for the end of the one asked about (promise 10)', () => {
    expect(destroyStage({ state: 'ready', generation: 4 }, 3)).toBe('gone');
    expect(destroyStage({ state: 'draining', generation: 4 }, 3)).toBe('gone');
    expect(destroyStage(undefined, 3)).toBe('gone');
  });
});
