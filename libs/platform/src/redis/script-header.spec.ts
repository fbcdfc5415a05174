import { readScriptHeader } from './script-header';

describe('the header of a Lua file', () => {
  it('names keys, arguments and includes, in order', () => {
    const text = '--! keys: meta holders...\n--! args: epoch now_ms\n--! include: too-late\n\n-- A comment.\nreturn 1';
    expect(readScriptHeader('a.lua', text)).toEqual({
      keys: ['meta', 'holders...'],
      args: ['epoch', 'now_ms'],
      includes: ['too-late'],
      isScript: true,
    });
  });

  it('may be absent from a file that is only included', () => {
    expect(readScriptHeader('a.lua', '-- A comment.\nreturn 1')).toEqual({ keys: [], args: [], includes: [], isScript: false });
  });

  it('may say that a script touches no key', () => {
    expect(readScriptHeader('a.lua', '--! keys:\nreturn 1').isScript).toBe(true);
  });

  it.each([
    ['--! key: meta', 'is not one of keys, args, include'],
    ['--! keys: meta\n--! keys: other', 'two header lines say keys'],
    ['--! keys: holders... meta', 'is no name for a key'],
    ['--! args: nowMs', 'is no name for an argument'],
    ['--! args: a b a', 'an argument named a stands twice'],
    ['--! include: too_late', 'is no name for an include'],
  ])('is refused where it would be misread: %j', (text, problem) => {
    expect(() => readScriptHeader('a.lua', text)).toThrow(problem);
  });
});
