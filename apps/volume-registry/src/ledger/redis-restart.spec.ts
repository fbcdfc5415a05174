import { Redis } from 'ioredis';
import { volumeKey } from '@holdfast/core/volumes';
import { acquire, confirm, create, destroy, holderRef, LedgerStory, release } from '@holdfast/testing/volume-store';
import { openTestLedger, untilProblems, type TestLedger } from './ledger.fixture';

const V = volumeKey('eng', 'vol-1');
const T1 = holderRef('t1');

/** Redis comes back with all that it has confirmed, yet nobody can know that it has no more and no less than that. */
describe('a ledger whose Redis was started anew', () => {
  let ledger: TestLedger;
  let story: LedgerStory;
  let restarts: number;

  beforeEach(async () => {
    ledger = await openTestLedger({}, { appendonly: true });
    story = await new LedgerStory(ledger.store, 'st-1').begin();
    await story.done(create(V), confirm(V));
    restarts = 0;
    ledger.onRestart(() => (restarts += 1));
  });
  afterEach(() => ledger.close());

  it('refuses to destroy until the agent has reported, though epoch and revision are what they were', async () => {
    const [before] = await ledger.store.readStores();
    expect(before).toMatchObject({ revision: 2, isVerified: true });
    await ledger.redis.restart();
    expect(await story.transact([acquire(T1, V), release(T1, V)])).toMatchObject({ revision: 4, unverified: true });
    expect((await story.ask(destroy(V))).refusal?.code).toBe('ledger_unverified');
    expect(await ledger.store.readStores()).toMatchObject([{ isVerified: false }]);
    expect(restarts).toBe(1);

    await story.report({ has: [V] });
    expect(await ledger.store.readStores()).toMatchObject([{ isVerified: true }]);
    await story.done(destroy(V));
  });

  it('goes on as it was where only the connection was lost', async () => {
    const operator = new Redis(ledger.redis.url);
    await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    operator.disconnect();
    await untilProblems(ledger, true);
    await untilProblems(ledger, false);
    expect((await story.transact([acquire(T1, V), release(T1, V)])).unverified).toBe(false);
    await story.done(destroy(V));
    expect(restarts).toBe(0);
  });
});
