import { StoreTurns } from './store-turns';

describe('turns at a store', () => {
  let underWay: string[];
  let most: number;
  let finish: (() => void)[];
  beforeEach(() => {
    underWay = [];
    most = 0;
    finish = [];
  });
  const settle = () => new Promise(setImmediate);
  const work = (name: string) => async () => {
    underWay.push(name);
    most = Math.max(most, underWay.length);
    await new Promise<void>((resolve) => finish.push(resolve));
    underWay = underWay.filter((one) => one !== name);
    return name;
  };

  it('are taken one after the other, in order; those who wait for the same share one', async () => {
    const turns = new StoreTurns<string>();
    const first = turns.run('s1', 5, work('first'));
    await settle();
    const all = [first, turns.run('s1', 5, work('second')), turns.run('s1', 5, work('never')), turns.run('s1', 9, work('patient'))];
    for (let at = 0; at < 3; at++) {
      await settle();
      expect(underWay).toHaveLength(1);
      finish[at]?.();
    }
    expect(await Promise.all(all)).toEqual(['first', 'second', 'second', 'patient']);
    expect(most).toBe(1);
  });

  it('do not wait for another store, nor fail for what failed before', async () => {
    const turns = new StoreTurns<string>();
    const failing = turns.run('s1', 5, () => Promise.reject(new Error('no')));
    const other = turns.run('s2', 5, work('other'));
    await expect(failing).rejects.toThrow('no');
    const next = turns.run('s1', 5, work('next'));
    await settle();
    expect(underWay).toEqual(['other', 'next']);
    for (const end of finish) end();
    expect(await Promise.all([other, next])).toEqual(['other', 'next']);
  });
});
