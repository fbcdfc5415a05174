import { createJoiner } from './joiner';

/** Calls that end when the test says so. */
function calls() {
  const under: { readonly payload: string; readonly end: () => void; readonly fail: () => void }[] = [];
  const call = (_subject: string, payload: string) =>
    new Promise<void>((resolve, reject) => under.push({ payload, end: resolve, fail: () => reject(new Error('no')) }));
  return { under, call };
}

describe('createJoiner', () => {
  it('does not let a call join one that is under way: it may have been too early for it', async () => {
    const { under, call } = calls();
    const joiner = createJoiner(call);
    const first = joiner.ask('s', 'a');
    const second = joiner.ask('s', 'b');
    expect(under).toHaveLength(1);
    under[0]?.end();
    await first;
    await expectCalls(under, 2);
    under[1]?.end();
    await second;
    expect(under.map(({ payload }) => payload)).toEqual(['a', 'b']);
  });

  it('joins those that wait, and keeps the newest payload', async () => {
    const { under, call } = calls();
    const joiner = createJoiner(call);
    const asked = ['a', 'b', 'c', 'd'].map((payload) => joiner.ask('s', payload));
    under[0]?.end();
    await expectCalls(under, 2);
    under[1]?.end();
    await Promise.all(asked);
    expect(under.map(({ payload }) => payload)).toEqual(['a', 'd']);
  });

  it('goes on after a call that fails, and tells only those who asked for it', async () => {
    const { under, call } = calls();
    const joiner = createJoiner(call);
    const first = joiner.ask('s', 'a');
    const second = joiner.ask('s', 'b');
    under[0]?.fail();
    await expect(first).rejects.toThrow('no');
    await expectCalls(under, 2);
    under[1]?.end();
    await second;
  });

  it('keeps subjects apart, and is settled when all of them are', async () => {
    const { under, call } = calls();
    const joiner = createJoiner(call);
    void joiner.ask('s', 'a');
    void joiner.ask('t', 'b');
    expect(under).toHaveLength(2);
    let settled = false;
    const all = joiner.settled().then(() => (settled = true));
    under[0]?.end();
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    under[1]?.end();
    await all;
  });
});

async function expectCalls(under: readonly unknown[], count: number): Promise<void> {
  for (let turn = 0; under.length < count && turn < 10; turn++) await new Promise(setImmediate);
  expect(under).toHaveLength(count);
}
