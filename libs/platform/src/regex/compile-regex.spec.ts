import { RE2JS } from 're2js';
import { compileRegex } from './compile-regex';

function matcher(pattern: string): (text: string) => boolean {
  const compiled = compileRegex(pattern);
  if (!compiled.ok) throw new Error(compiled.refusal.message);
  return compiled.value;
}

const problem = (pattern: string) => {
  const compiled = compileRegex(pattern);
  return compiled.ok ? 'taken' : compiled.refusal.details;
};

const tooComplex = { field: 'regex', problem: expect.stringContaining('more than 100 instructions') };

describe('a regular expression of a framework (C-060)', () => {
  it.each([
    ['rack-[0-9]+', 'rack-12', true],
    ['rack-[0-9]+', 'a rack-12', false],
    ['rack-[0-9]+', 'rack-12\n', false],
    ['a|ab', 'ab', true],
    ['', '', true],
    ['', 'a', false],
    ['(?i)EU-.*', 'eu-west', true],
    ['[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{12}', '0123abcd-4567-89abcdef0123', true],
    ['(\\d{1,3}\\.){3}\\d{1,3}', '10.0.200.1', true],
    ['\\pL+', 'Ålesund', true],
    ['.', '😀', true],
  ])('matches the whole text: %s on %j', (pattern, text, matches) => {
    expect(matcher(pattern)(text)).toBe(matches);
  });

  it.each(['(', 'a**', '[b-a]', 'a{2,1}', '\\8', '(?=a)', '(a)\\1', 'a{1001}'])(
    'is refused if RE2 cannot read it, and says why: %s',
    (pattern) => {
      expect(problem(pattern)).toEqual({ field: 'regex', problem: expect.stringContaining('error parsing regexp') });
    },
  );

  it('is refused if it nests without end, in a short sentence', () => {
    const refused = compileRegex('('.repeat(2000) + ')'.repeat(2000));
    expect(refused).toMatchObject({ ok: false, refusal: { details: { problem: expect.stringContaining('nests too deeply') } } });
    expect(refused.ok || refused.refusal.message.length).toBeLessThan(300);
  });

  it('has at most 4096 bytes, not characters', () => {
    const class4096 = `[${'a'.repeat(4094)}]`;
    expect(problem(class4096)).toBe('taken');
    expect(problem(`${class4096}b`)).toEqual({ field: 'regex', problem: expect.stringContaining('4097 bytes') });
    expect(problem('é'.repeat(2049))).toEqual({ field: 'regex', problem: expect.stringContaining('4098 bytes') });
  });

  it.each([98, 99])('comes to at most 100 instructions: %i letters, begin and end', (letters) => {
    expect(problem('a'.repeat(letters))).toEqual(letters === 98 ? 'taken' : tooComplex);
    expect(problem(`a{${letters}}`)).toEqual(letters === 98 ? 'taken' : tooComplex);
  });

  it.each([
    ['nested copies', `(?:(?:(?:${'a'.repeat(1300)}){10}){10}){10}`],
    ['nested copies of little', `(?:(?:(?:${'a'.repeat(90)}){10}){10}){10}`],
    ['copies of much', `(?:${'ab?'.repeat(1300)}){50}`],
    ['many copies', '(?:a{0,1000}){0,1}'.repeat(200)],
    ['copies of copies', '(?:a{7}b){142}'],
    ['deeply nested copies', '((((a{5}){5}){5}){5}){1}'],
    ['what looks like copies in a class', '[{1000}](?:aaaa){1000}'],
    ['what looks like copies in a quotation', `(?:\\Q${'{10}'.repeat(900)}\\E){50}`],
  ])('is refused before a program is made that is larger by far: %s', (_name, pattern) => {
    const compile = jest.spyOn(RE2JS, 'compile');
    expect(problem(pattern)).toEqual(tooComplex);
    for (const { value } of compile.mock.results) expect((value as RE2JS).programSize()).toBeLessThan(30_000);
    compile.mockRestore();
  });

  it('takes as long as the text is, whatever the pattern', () => {
    expect(matcher('(x+x+)+y')('x'.repeat(50_000))).toBe(false);
    expect(matcher('(a|aa)+$')(`${'a'.repeat(50_000)}b`)).toBe(false);
  });
});
