import { persisting } from './settle';
import { violation, type Violation } from './violation';

const SIGNAL = new AbortController().signal;
/** Looks one after the other; the last one again and again. */
const looks = (...seen: readonly (readonly Violation[] | Error)[]) => {
  let at = 0;
  return (): Promise<readonly Violation[]> => {
    const now = seen[Math.min(at++, seen.length - 1)] ?? [];
    return now instanceof Error ? Promise.reject(now) : Promise.resolve(now);
  };
};

describe('what persists', () => {
  const leak = (words: string) => violation('leak', words, 'vol');

  it('is what every look sees, in the words of the last one', async () => {
    expect(await persisting(looks([leak('first'), violation('other', 'gone soon')], [leak('then')]), 600, SIGNAL)).toEqual([leak('then')]);
  });

  it('is nothing as soon as one look sees nothing of what the one before saw', async () => {
    expect(await persisting(looks([leak('first')], [violation('other', 'new')], [leak('again')]), 60_000, SIGNAL)).toEqual([]);
  });

  it('is not judged by a look that fails, before or after one that sees it', async () => {
    expect(await persisting(looks(new Error('away'), [leak('seen')], new Error('away'), [leak('seen')]), 1_200, SIGNAL)).toEqual([
      leak('seen'),
    ]);
  });

  it('tells when no look could be taken', async () => {
    expect(await persisting(looks(new Error('away')), 0, SIGNAL)).toMatchObject([
      { check: 'look', message: expect.stringContaining('away') as string },
    ]);
  });
});
