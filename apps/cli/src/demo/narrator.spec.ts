import { createTerminal } from '../output';
import { Difference, expectEqual } from './difference';
import { createNarrator } from './narrator';

function listen(isJson: boolean, isTTY = false) {
  const out: string[] = [];
  const ending = new AbortController();
  const terminal = createTerminal(
    { stdout: { write: (text) => out.push(String(text)), isTTY }, stderr: { write: () => undefined } },
    { noColor: true },
  );
  return {
    narrator: createNarrator(terminal, { isJson, ending: ending.signal, interrupted: new AbortController().signal }),
    text: () => out.join(''),
    ending,
  };
}

describe('the narrator', () => {
  it('prints a line once it is verified, with the time that has passed', async () => {
    const { narrator, text } = listen(false);
    narrator.chapter(1, 'Title');
    await narrator.verify('a thing', async () => {
      expect(text()).not.toContain('It holds');
      return 'It holds.';
    });
    expect(text()).toMatch(/^\n1\. Title\n {2}ok +\d+\.\d s {2}It holds\.\n$/);
    expect(narrator.lines).toMatchObject([{ chapter: 1, line: 'It holds.' }]);
  });

  it('prints marks for a person at a terminal only', async () => {
    const { narrator, text } = listen(false, true);
    await narrator.verify('a thing', async () => 'It holds.');
    expect(text()).toContain('✔');
  });

  it('says which line does not hold, and ends the story', async () => {
    const { narrator, text } = listen(false);
    const verified = narrator.verify('three holders', async () => {
      expectEqual('The holders', ['a'], ['a', 'b']);
      return 'Three holders.';
    });
    await expect(verified).rejects.toThrow(Difference);
    await expect(verified).rejects.toThrow('The holders\n  expected: ["a","b"]\n  seen:     ["a"]');
    expect(text()).toMatch(/FAILED .* three holders/);
    expect(narrator.lines).toEqual([]);
  });

  it('does not wait for a check when the story is to end', async () => {
    const { narrator, ending } = listen(false);
    const verified = narrator.verify('a thing', () => new Promise<string>(() => undefined));
    ending.abort(new Error('too long'));
    await expect(verified).rejects.toThrow('too long');
  });

  it('prints one JSON object per line for a program, and nothing else', async () => {
    const { narrator, text } = listen(true);
    narrator.chapter(2, 'Title');
    await narrator.verify('a thing', async () => 'It holds.');
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([{ chapter: 2, line: 'It holds.', elapsedMs: expect.any(Number) }]);
  });
});
