import { ok, type Holder } from '@holdfast/core/base';
import type { Drain } from '@holdfast/core/volumes';
import { agentCalled, entryOf, HOLDER, SOME_TIME_MS, TestMaster, volumeOn } from '../../test-master.fixture';

const READER: Holder = { ...HOLDER, taskId: 'reader', launchId: 'l-2', mode: 'RO', state: 'ending' };

const DRAIN: Drain = {
  requester: { principal: 'ops', frameworkId: 'f-9', operationId: 'op-1' },
  isMade: true,
  admitsReaders: false,
  sinceMs: SOME_TIME_MS,
  deadlineAtMs: SOME_TIME_MS + 600_000,
  onDeadline: 'kill',
};

const holders = (from: number, to: number): readonly Holder[] =>
  Array.from({ length: to - from }, (_, at) => ({ ...HOLDER, taskId: `task-${from + at}` }));

describe('holdfast volume list, show, holders and history', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  describe('list', () => {
    it('narrows by role, agent, states, and whoever holds them', async () => {
      await master.run([
        'volume',
        'list',
        '--role',
        'eng',
        '--agent',
        'agent-1',
        '--state',
        'ready',
        'gone',
        '--framework',
        'f-1',
        '--task',
        't',
      ]);
      expect(master.requests('listVolumes')).toEqual([
        { agentId: 'agent-1', role: 'eng', states: ['ready', 'gone'], holderFrameworkId: 'f-1', holderTaskId: 't' },
      ]);
    });

    it('asks for nothing in particular if no option is given', async () => {
      await master.run(['volume', 'list']);
      expect(master.requests('listVolumes')).toEqual([
        expect.not.objectContaining({ role: expect.anything(), holderTaskId: expect.anything() }),
      ]);
    });

    it('says what is wrong with a state that does not exist, and with a task without its framework', async () => {
      expect(await master.run(['volume', 'list', '--state', 'lost'])).toMatchObject({ code: 2, err: expect.stringContaining('draining') });
      expect(await master.run(['volume', 'list', '--task', 't'])).toMatchObject({ code: 2, err: expect.stringContaining('--framework') });
      expect(master.asked).toEqual([]);
    });
  });

  describe('show', () => {
    it('says of a destroy that waits who asked, since when, until when, what then, and how many holders are left', async () => {
      master.volumes = [volumeOn('agent-1', [HOLDER, READER], { state: 'draining', drain: DRAIN })];
      const { code, out } = await master.run(['volume', 'show', 'eng/dataset']);
      expect(code).toBe(0);
      expect(out).toMatch(/^state\s+draining$/m);
      expect(out).toMatch(/^destroy\s+when unused, asked for at 2023-11-14T22:13:20\.000Z by ops \(framework f-9\)$/m);
      expect(out).toMatch(/^waits for\s+2 holders; no new ones are admitted$/m);
      expect(out).toMatch(/^deadline\s+2023-11-14T22:23:20\.000Z \(passed\): then the tasks that still hold it are killed$/m);
      expect(out).toMatch(/^reader\s+f-1\s+agent-1\s+RO\s+ending/m);
    });

    it('says of one without a deadline that it waits as long as it takes, and whom it admits meanwhile', async () => {
      const { deadlineAtMs: _, ...endless } = DRAIN;
      const drain: Drain = { ...endless, requester: {}, admitsReaders: true, onDeadline: 'cancel' };
      master.volumes = [volumeOn('agent-1', [HOLDER], { state: 'draining', drain })];
      const { out } = await master.run(['volume', 'show', 'eng/dataset']);
      expect(out).toMatch(/^waits for\s+1 holder; new readers are admitted/m);
      expect(out).toMatch(/^deadline\s+none/m);
      expect(out).toContain('by an operator who was not asked for a name');
    });

    it('says how long the deadline is off', async () => {
      const drain: Drain = { ...DRAIN, deadlineAtMs: Date.now() + 3 * 3_600_000, onDeadline: 'cancel' };
      master.volumes = [volumeOn('agent-1', [HOLDER], { state: 'draining', drain })];
      expect((await master.run(['volume', 'show', 'eng/dataset'])).out).toMatch(
        /\(in (2 hours 5|3 hours).*\): then the destroy is taken back/,
      );
    });

    it('remembers who asked while the data is being deleted, and expects nobody any more', async () => {
      master.volumes = [volumeOn('agent-1', [], { state: 'destroying', drain: DRAIN })];
      const { out } = await master.run(['volume', 'show', 'eng/dataset']);
      expect(out).toMatch(/^destroy\s+when unused, asked for at/m);
      expect(out).not.toMatch(/waits for|deadline/);
    });

    it('prints the terms of the destroy as JSON', async () => {
      master.volumes = [volumeOn('agent-1', [HOLDER], { state: 'draining', drain: DRAIN })];
      expect(JSON.parse((await master.run(['volume', 'show', 'eng/dataset', '--json'])).out)).toMatchObject({
        state: 'draining',
        drain: {
          principal: 'ops',
          frameworkId: 'f-9',
          operationId: 'op-1',
          since: '2023-11-14T22:13:20.000Z',
          deadline: '2023-11-14T22:23:20.000Z',
          onDeadline: 'kill',
          admitsReaders: false,
        },
      });
    });
  });

  describe('holders', () => {
    const inPages = (...pages: readonly (readonly Holder[])[]) => {
      const total = new Set(pages.flat().map(({ taskId }) => taskId)).size;
      master.answers.listHolders = ({ pageToken = '0' }) => {
        const at = Number(pageToken);
        const isLast = at === pages.length - 1;
        return ok({ holders: pages[at] ?? [], revision: 7, count: total, ...(!isLast && { nextPageToken: String(at + 1) }) });
      };
    };

    it('reads all pages, and lists a holder once that is on two of them', async () => {
      inPages(holders(0, 3), holders(2, 5), holders(5, 6));
      const { out, err } = await master.run(['volume', 'holders', 'eng/dataset', '--json']);
      expect(JSON.parse(out).map(({ taskId }: { taskId: string }) => taskId)).toEqual(holders(0, 6).map(({ taskId }) => taskId));
      expect(err).toBe('');
      expect(master.requests('listHolders')).toHaveLength(3);
    });

    it('stops at the limit, and says how many there are in all', async () => {
      inPages(holders(0, 3), holders(3, 6), holders(6, 9));
      const { out, err } = await master.run(['volume', 'holders', 'eng/dataset', '--limit', '4']);
      expect(out.trim().split('\n')).toHaveLength(1 + 4);
      expect(err).toBe('These are 4 of 9; without --limit all are listed.\n');
      expect(master.requests('listHolders')).toEqual([
        expect.objectContaining({ pageSize: 4 }),
        expect.objectContaining({ pageSize: 1, pageToken: '1' }),
      ]);
    });
  });

  describe('history', () => {
    it('shows who did it, from which agent, to which generation, and why', async () => {
      master.answers.listHistory = () =>
        ok({ entries: [entryOf(12, 'volume_released', { generation: 3, holder: HOLDER, cause: 'forced: host burnt', by: 'ops' })] });
      const { out } = await master.run(['volume', 'history', 'eng/dataset']);
      expect(out).toMatch(
        /^12\s+2023-11-14T22:13:20\.000Z\s+volume_released\s+3\s+writer\s+f-1\s+agent-1\s+RW\s+ops\s+forced: host burnt$/m,
      );
      expect(JSON.parse((await master.run(['volume', 'history', 'eng/dataset', '--json'])).out)).toMatchObject([
        { revision: 12, by: 'ops', generation: 3, holder: { agentId: 'agent-1' }, cause: 'forced: host burnt' },
      ]);
    });

    it('reads on in pages until the limit, and says where to go on', async () => {
      master.answers.listHistory = ({ afterRevision, limit }) =>
        ok({ entries: Array.from({ length: limit }, (_, at) => entryOf(afterRevision + at + 1, 'holder_running')) });
      const { out, err } = await master.run(['volume', 'history', 'eng/dataset', '--limit', '2500', '--json']);
      expect(JSON.parse(out)).toHaveLength(2500);
      expect(master.requests('listHistory')).toMatchObject([
        { afterRevision: 0, limit: 1000 },
        { afterRevision: 1000, limit: 1000 },
        { afterRevision: 2000, limit: 500 },
      ]);
      expect(err).toBe('There may be more: go on with --after 2500.\n');
    });

    it('finds the agent that has the store of a destroyed volume, also under a later id', async () => {
      master.volumes = [volumeOn('agent-of-old', [], { state: 'gone', storeId: 'store-of-agent-7' })];
      master.agents = [agentCalled('agent-1'), agentCalled('agent-7')];
      const { code } = await master.run(['volume', 'history', 'eng/dataset']);
      expect(code).toBe(0);
      expect(master.requests('listVolumes')).toEqual([expect.objectContaining({ states: expect.arrayContaining(['gone']) })]);
      master.agents = [];
      await master.run(['volume', 'history', 'eng/dataset']);
      expect(master.requests('listHistory')).toMatchObject([{ agentId: 'agent-7' }, { agentId: 'agent-of-old' }]);
    });

    it('says that nobody remembers a volume of that name', async () => {
      master.volumes = [];
      expect(await master.run(['volume', 'history', 'eng/dataset'])).toMatchObject({
        code: 1,
        err: 'No agent has a volume eng/dataset. Nor does the ledger remember one that was destroyed.\n',
      });
    });

    it('means the volume that is there, rather than a destroyed one of the same name elsewhere', async () => {
      master.volumes = [volumeOn('agent-7', [], { state: 'gone' }), volumeOn('agent-1', [])];
      await master.run(['volume', 'history', 'eng/dataset']);
      expect(master.requests('listHistory')).toMatchObject([{ agentId: 'agent-1' }]);
    });
  });
});
