import { setImmediate as soon } from 'node:timers/promises';
import { eventually } from './eventually';

describe('eventually', () => {
  it('resolves once the condition is true', async () => {
    let asked = 0;
    await eventually(async () => ++asked === 3);
    expect(asked).toBe(3);
  });

  it('rejects with what was awaited when that never comes, and asks no more', async () => {
    let asked = 0;
    const theCupIsFull = () => ++asked < 0;
    await expect(eventually(theCupIsFull, { timeoutMs: 20 })).rejects.toThrow(/not within 20 ms: .*\+\+asked < 0/);
    const until = asked;
    expect(until).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toBe(until);
  });

  it('rejects likewise when the condition does not answer', async () => {
    let answer: (value: boolean) => void = () => undefined;
    const silent = () => new Promise<boolean>((resolve) => (answer = resolve));
    await expect(eventually(silent, { timeoutMs: 20 })).rejects.toThrow('not within 20 ms: ');
    // What it says later is heard by nobody, and makes no noise.
    answer(false);
    await soon();
  });

  it('passes on what the condition throws', async () => {
    const broken = () => Promise.reject(new Error('no such file'));
    await expect(eventually(broken)).rejects.toThrow('no such file');
  });
});
