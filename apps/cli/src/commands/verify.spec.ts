import { ok, refuse, refused } from '@holdfast/core/base';
import type { LedgerDifference, LedgerRepair, VerifiedStore } from '@holdfast/core/verification';
import { HOLDER, TestMaster } from '../test-master.fixture';

const STORE: VerifiedStore = { storeId: 's-1', agentId: 'agent-1', revision: 40, volumeCount: 3, holderCount: 5 };
const AWAY: VerifiedStore = { storeId: 's-2', revision: 8, volumeCount: 1, holderCount: 1, problem: 'its agent is away' };

const LEAKED: LedgerDifference = {
  kind: 'holder_without_task',
  message: 'Nobody runs the task that holds eng/dataset.',
  storeId: 's-1',
  agentId: 'agent-1',
  volume: 'eng/dataset',
  holder: HOLDER,
  evidence: { ledger: 'holder since 22:13', master: 'no such task', agent: 'no such launch' },
  remedy: 'repair releases it',
  isRepairable: true,
};
const ORPHANED: LedgerDifference = {
  kind: 'store_without_agent',
  message: 'No agent with this store is known.',
  storeId: 's-2',
  evidence: { ledger: '1 volume' },
  remedy: 'start its agent again',
  isRepairable: false,
};

describe('holdfast verify', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  const find = (differences: readonly LedgerDifference[], stores: readonly VerifiedStore[]) => {
    master.answers.verifyLedger = () => ok({ differences, stores });
  };

  it('ends with 0 when all agree, and shows what was looked at', async () => {
    find([], [STORE]);
    const { code, out, err } = await master.run(['verify']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      'STORE  AGENT    REVISION  VOLUMES  HOLDERS  COMPARED\ns-1    agent-1  40        3        5        yes\n\nok Ledger, master and agents agree.\n',
    );
  });

  it('ends with 1 on a difference, and shows where, each one’s word, and the remedy', async () => {
    find([LEAKED, ORPHANED], [STORE, AWAY]);
    const { code, out } = await master.run(['verify']);
    expect(code).toBe(1);
    expect(out).toContain('FAILED holder_without_task: Nobody runs the task that holds eng/dataset.\n');
    for (const line of [
      /^ +volume +eng\/dataset$/m,
      /^ +holder +writer of f-1, launch l-1 on agent-1 \(RW, running\)$/m,
      /^ +where +agent agent-1, store s-1$/m,
      /^ +ledger +holder since 22:13$/m,
      /^ +master +no such task$/m,
      /^ +agent +no such launch$/m,
      /^ +remedy +repair releases it$/m,
      /^ +where +store s-2; no agent with it is known$/m,
      /^s-2 +- +8 +1 +1 +no: its agent is away$/m,
      /^2 differences\. 1 of 2 stores could not be compared\. "holdfast repair --dry-run" says what can be mended \(1\)\.$/m,
    ])
      expect(out).toMatch(line);
  });

  it('ends with 4 when nothing differs, and not everything could be compared', async () => {
    find([], [STORE, AWAY]);
    const { code, out } = await master.run(['verify']);
    expect(code).toBe(4);
    expect(out).toContain('Nothing differs where it could be compared. 1 of 2 stores could not be compared.');
    expect(out).not.toContain('agree');
  });

  it('prints JSON, with the same exit codes', async () => {
    find([LEAKED], [STORE, AWAY]);
    const { code, out } = await master.run(['verify', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      differences: [
        {
          kind: 'holder_without_task',
          message: LEAKED.message,
          storeId: 's-1',
          agentId: 'agent-1',
          volume: 'eng/dataset',
          holder: expect.objectContaining({ taskId: 'writer', launchId: 'l-1' }),
          evidence: LEAKED.evidence,
          remedy: LEAKED.remedy,
          repairable: true,
        },
      ],
      stores: [
        { storeId: 's-1', agentId: 'agent-1', revision: 40, volumes: 3, holders: 5 },
        { storeId: 's-2', revision: 8, volumes: 1, holders: 1, problem: 'its agent is away' },
      ],
    });
  });

  it('narrows to an agent, and says how long something must differ', async () => {
    find([], [STORE]);
    await master.run(['verify', '--agent', 'agent-1', '--settle', '1500ms']);
    await master.run(['verify']);
    expect(master.requests('verifyLedger')).toEqual([{ agentId: 'agent-1', settleMs: 1500 }, {}]);
    expect(await master.run(['verify', '--settle', '2m'])).toMatchObject({ code: 2, err: expect.stringContaining('at most 1m') });
  });

  it('ends with 1 when it is refused, with 3 when the master is away', async () => {
    master.answers.verifyLedger = () => refused(refuse('unauthorized', { principal: 'ops', action: 'verify' }));
    expect(await master.run(['verify'])).toMatchObject({ code: 1, err: expect.stringContaining('(unauthorized)') });
    const { address } = master;
    await master.stop();
    expect(await master.run(['verify'], { env: { HOLDFAST_MASTER: address } })).toMatchObject({ code: 3 });
  });

  it('ends with 130 at Ctrl-C', async () => {
    const stopping = new AbortController();
    master.answers.verifyLedger = () => {
      stopping.abort();
      return new Promise(() => undefined);
    };
    expect(await master.run(['verify'], { signal: stopping.signal })).toMatchObject({ code: 130, err: 'Stopped.\n' });
  });

  it('says in its help what the exit codes mean', async () => {
    for (const command of ['verify', 'repair'])
      expect((await master.run([command, '--help'])).out).toMatch(/^Exit codes: 0 .* 4: no difference found/m);
  });
});

describe('holdfast repair', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  const answer = (repairs: readonly LedgerRepair[], stores: readonly VerifiedStore[] = [STORE]) => {
    master.answers.repairLedger = () => ok({ repairs, stores });
  };

  it('wants to be told whether to do it', async () => {
    expect(await master.run(['repair'])).toMatchObject({ code: 2, err: expect.stringContaining('--dry-run') });
    expect(await master.run(['repair', '--dry-run', '--apply'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be used with'),
    });
    expect(master.asked).toEqual([]);
  });

  it('only says what it would do with --dry-run, and ends with 1 while something differs', async () => {
    answer([{ difference: LEAKED, action: 'agent-1 reports anew' }]);
    const { code, out } = await master.run(['repair', '--dry-run', '--agent', 'agent-1', '--settle', '2s']);
    expect(code).toBe(1);
    expect(master.requests('repairLedger')).toEqual([{ agentId: 'agent-1', settleMs: 2000, apply: false }]);
    expect(out).toMatch(/^ +would do +agent-1 reports anew$/m);
    expect(out).toContain('1 difference; nothing was changed. "holdfast repair --apply" does it.');
  });

  it('says with --apply what it did, and ends with 0 when nothing remains', async () => {
    answer([{ difference: LEAKED, action: 'agent-1 reported anew', isDone: true }]);
    const { code, out } = await master.run(['repair', '--apply']);
    expect(code).toBe(0);
    expect(master.requests('repairLedger')).toEqual([{ apply: true }]);
    expect(out).toMatch(/^ok holder_without_task: .*\n +done +agent-1 reported anew$/m);
    expect(out).toContain('1 mended, 0 remain.');
  });

  it('says what remains and what a person can do, and ends with 1', async () => {
    answer([
      { difference: LEAKED, action: 'agent-1 reported anew', isDone: true },
      { difference: ORPHANED, action: 'Nothing by itself. Start its agent again.', isDone: false },
    ]);
    const { code, out } = await master.run(['repair', '--apply']);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAILED store_without_agent: .*/m);
    expect(out).toMatch(/^ +remains +Nothing by itself. Start its agent again.$/m);
    expect(out).toContain('1 mended, 1 remains.');
  });

  it('ends with 0 when there is nothing to do, with 4 when not everything could be compared', async () => {
    answer([]);
    expect(await master.run(['repair', '--apply'])).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to repair.') });
    answer([], [STORE, AWAY]);
    expect(await master.run(['repair', '--dry-run'])).toMatchObject({
      code: 4,
      out: expect.stringContaining('1 of 2 stores could not be compared'),
    });
  });

  it('prints JSON', async () => {
    answer([{ difference: LEAKED, action: 'a', isDone: true }]);
    expect(JSON.parse((await master.run(['repair', '--apply', '--json'])).out)).toMatchObject({
      repairs: [{ difference: { kind: 'holder_without_task', evidence: { master: 'no such task' } }, action: 'a', done: true }],
      stores: [{ storeId: 's-1' }],
    });
  });

  it('says that it may have been carried out when no answer comes', async () => {
    master.answers.repairLedger = () => {
      throw new Error('the master breaks down over it');
    };
    expect(await master.run(['repair', '--apply'])).toMatchObject({ code: 3, err: expect.stringContaining('run "holdfast verify"') });
  });
});
