import { HistoryPages } from './history-pages';
import { LedgerKeys } from './keys';
import type { LedgerConnection } from './ledger-connection';
import { loadLedgerScripts } from './ledger-scripts';

describe('pages of the history that several followers want', () => {
  /** Redis answers when the test says so. */
  const begin = () => {
    const answers: ((reply: unknown) => void)[] = [];
    const connection = { run: () => new Promise((resolve) => answers.push(resolve)) } as unknown as LedgerConnection;
    return { answers, pages: new HistoryPages({ connection, scripts: loadLedgerScripts(), keys: new LedgerKeys('test') }) };
  };

  it('are asked for once while the answer is on its way, and anew afterwards', async () => {
    const { answers, pages } = begin();
    const both = [pages.read('store', 7), pages.read('store', 7)];
    expect(answers).toHaveLength(1);
    void pages.read('store', 8);
    void pages.read('other', 7);
    expect(answers).toHaveLength(3);
    answers[0]?.(['read', 7]);
    expect(await Promise.all(both)).toEqual(Array(2).fill({ isTrimmed: false, entries: [], isFull: false, lastRevision: 7 }));
    void pages.read('store', 7);
    expect(answers).toHaveLength(4);
  });

  it('are not those from before the news for one who has heard the news', async () => {
    const { answers, pages } = begin();
    const before = pages.read('store', 7);
    pages.renew();
    const after = pages.read('store', 7);
    expect(answers).toHaveLength(2);
    answers[0]?.(['read', 7]);
    expect(await before).toMatchObject({ entries: [] });
    // The older answer takes nothing away from those who wait for the newer one.
    const another = pages.read('store', 7);
    expect(answers).toHaveLength(2);
    answers[1]?.(['read', 8, ['8-0', ['change', 'volume_ready', 'volume', 'eng/v', 'generation', '1', 'at_ms', '5', 'epoch', '1']]]);
    const entries = [{ revision: 8, change: 'volume_ready', volume: 'eng/v', generation: 1, atMs: 5, epoch: 1 }];
    expect(await after).toEqual({ isTrimmed: false, entries, isFull: false, lastRevision: 8 });
    expect(await another).toEqual(await after);
  });
});
