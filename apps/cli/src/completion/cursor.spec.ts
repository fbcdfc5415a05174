import { cursorOn } from './cursor';

describe('where the cursor is on a command line', () => {
  it('is in the word that the shell counts', () => {
    expect(cursorOn(['holdfast', 'volume', 'sh'], { COMP_CWORD: '2' })).toEqual({ before: ['volume'], current: 'sh' });
    expect(cursorOn(['holdfast', 'volume', ''], { COMP_CWORD: '2' })).toEqual({ before: ['volume'], current: '' });
    expect(cursorOn(['holdfast', 'vol', 'show'], { COMP_CWORD: '1' })).toEqual({ before: [], current: 'vol' });
  });

  it('is in a new word where the shell does not hand over an empty one', () => {
    expect(cursorOn(['holdfast', 'volume'], { COMP_CWORD: '2' })).toEqual({ before: ['volume'], current: '' });
  });
});
