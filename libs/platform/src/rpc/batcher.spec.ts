import { createBatcher } from './batcher';

const turnEnd = () => new Promise(setImmediate);

describe('createBatcher', () => {
  it('hands over what was pushed in one turn at its end, together and in order', async () => {
    const flushed: number[][] = [];
    const batcher = createBatcher<number>({ flush: (items) => flushed.push(items) });
    for (const item of [1, 2, 3]) batcher.push(item);
    expect(flushed).toEqual([]);
    await turnEnd();
    expect(flushed).toEqual([[1, 2, 3]]);
    await turnEnd();
    expect(flushed).toHaveLength(1);
  });

  it('hands over at once what fills a batch, and the rest at the end of the turn', async () => {
    const flushed: number[][] = [];
    const batcher = createBatcher<number>({ flush: (items) => flushed.push(items), maxItems: 2 });
    for (const item of [1, 2, 3]) batcher.push(item);
    expect(flushed).toEqual([[1, 2]]);
    await turnEnd();
    expect(flushed).toEqual([[1, 2], [3]]);
  });

  it('hands over at once when asked, and does not hand over an empty batch', async () => {
    const flushed: number[][] = [];
    const batcher = createBatcher<number>({ flush: (items) => flushed.push(items) });
    batcher.flushNow();
    batcher.push(1);
    batcher.flushNow();
    await turnEnd();
    expect(flushed).toEqual([[1]]);
  });

  it('keeps what is pushed during a hand-over for the next one', async () => {
    const flushed: number[][] = [];
    const batcher = createBatcher<number>({
      flush: (items) => {
        flushed.push(items);
        if (items[0] === 1) batcher.push(2);
      },
    });
    batcher.push(1);
    await turnEnd();
    await turnEnd();
    expect(flushed).toEqual([[1], [2]]);
  });
});
