import * as fc from 'fast-check';
import { type Health, judgeHealth } from './judge-health';

const CHECK = { consecutiveFailures: 3, gracePeriodMs: 1000 };
const FRESH: Health = { failures: 0, hasSucceeded: false };

/** What is told and done while results come in, one every `everyMs`, from `everyMs` after the start on. */
function story(results: string, everyMs: number, check = CHECK, from = FRESH): string {
  let health = from;
  let said = '';
  for (const [at, result] of [...results].entries()) {
    const verdict = judgeHealth(check, health, result === '+', (at + 1) * everyMs);
    health = verdict.health;
    said += verdict.isToBeKilled ? 'k' : verdict.news === undefined ? '.' : verdict.news ? 'H' : 'U';
    if (verdict.isToBeKilled) break;
  }
  return said;
}

it.each([
  ['only what is new is told', '++-+--+', 1000, 'H.UHU.H'],
  ['a task that fails too often in a row is killed', '+--+---++', 1000, 'HU.HU.k'],
  ['failures during the grace period do not count', '-----', 300, '...U.'],
  ['the first success ends the grace period', '-+---', 300, '.HU.k'],
  ['a task that is never healthy is killed after the grace period', '------', 400, '..U.k'],
])('%s', (_what, results, everyMs, said) => {
  expect(story(results, everyMs)).toBe(said);
});

it('a task that is killed at its first failure is told to be unhealthy, too', () => {
  const verdict = judgeHealth({ consecutiveFailures: 1, gracePeriodMs: 0 }, FRESH, false, 0);
  expect(verdict).toEqual({ health: { failures: 1, hasSucceeded: false, told: false }, news: false, isToBeKilled: true });
});

it('without a number of failures the first is one too many, as in Mesos', () => {
  expect(judgeHealth({ consecutiveFailures: 0, gracePeriodMs: 0 }, FRESH, false, 0).isToBeKilled).toBe(true);
});

it('what an earlier agent has told is not told again, and its grace period is over if the task was healthy once', () => {
  const known: Health = { failures: 0, hasSucceeded: true, told: true };
  expect(story('+-', 1, CHECK, known)).toBe('.U');
  expect(story('-+', 1, CHECK, { ...known, told: false })).toBe('.H');
});

it('law: what was told last is what the newest result that counts says, and who is killed has failed that often in a row', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 20 }),
      (results, consecutiveFailures, gracePeriodMs) => {
        let health = FRESH;
        let told: boolean | undefined;
        for (const [at, isGood] of results.entries()) {
          const before = results.slice(0, at + 1);
          const counts = isGood || before.includes(true) || at >= gracePeriodMs;
          const verdict = judgeHealth({ consecutiveFailures, gracePeriodMs }, health, isGood, at);
          health = verdict.health;
          if (verdict.news !== undefined) {
            expect(verdict.news).not.toBe(told);
            told = verdict.news;
          }
          if (counts) expect(told).toBe(isGood);
          if (!verdict.isToBeKilled) continue;
          expect(before.slice(-consecutiveFailures)).toEqual(Array.from({ length: consecutiveFailures }, () => false));
          return;
        }
      },
    ),
  );
});
