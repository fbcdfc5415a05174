import { ok, refuse, refused, type Holder } from '@holdfast/core/base';
import type { Drain, LedgerVolume } from '@holdfast/core/volumes';
import { entryOf, HOLDER, Lines, SOME_TIME_MS, TestMaster, volumeOn, type OpenWatch } from '../../test-master.fixture';

const READER: Holder = { ...HOLDER, taskId: 'reader', launchId: 'l-2', mode: 'RO' };
const DRAIN: Drain = { requester: { principal: 'ops' }, isMade: true, admitsReaders: false, sinceMs: SOME_TIME_MS, onDeadline: 'cancel' };
const NAME = { agentId: 'agent-1', role: 'eng', persistenceId: 'dataset' };

const draining = (holders: readonly Holder[], more: Partial<LedgerVolume> = {}) =>
  volumeOn('agent-1', holders, { state: 'draining', drain: DRAIN, ...more });
const destroying = volumeOn('agent-1', [], { state: 'destroying' });
const ANYTHING = {
  entries: [{ storeId: 's', agentId: 'agent-1', entry: entryOf(9, 'holder_ending') }],
  positions: [{ storeId: 's', revision: 9 }],
};
const START = { entries: [], positions: [{ storeId: 's', revision: 8 }] };

describe('holdfast volume destroy', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  const destroy = (...args: readonly string[]) => master.run(['volume', 'destroy', 'eng/dataset', ...args]);

  it('asks for a destroy that is refused while anybody holds the volume, and says what would wait for them (promise 1)', async () => {
    master.answers.destroyVolume = () => refused(refuse('volume_in_use', { role: 'eng', persistenceId: 'dataset', holders: [HOLDER] }));
    const { code, err } = await destroy();
    expect(code).toBe(1);
    expect(master.requests('destroyVolume')).toEqual([NAME]);
    expect(err).toMatch(/is in use by 1 holder: .*writer.*\(volume_in_use\)\nWith --when-unused/s);
  });

  it('says that the data is being deleted when nobody held it', async () => {
    master.answers.destroyVolume = () => ok({ volume: destroying });
    const { code, out } = await destroy();
    expect(code).toBe(0);
    expect(out).toContain('eng/dataset is being destroyed: nobody holds it');
  });

  it('hands over the terms of a destroy that waits', async () => {
    master.answers.destroyVolume = () => ok({ volume: draining([HOLDER]) });
    await destroy('--when-unused');
    await destroy('--when-unused', '--readers', '--deadline', '1h30m', '--then', 'kill');
    await destroy('--when-unused', '--deadline', '90s');
    expect(master.requests('destroyVolume')).toEqual([
      { ...NAME, whenUnused: { admitsReaders: false, onDeadline: 'cancel' } },
      { ...NAME, whenUnused: { admitsReaders: true, deadlineMs: 5_400_000, onDeadline: 'kill' } },
      { ...NAME, whenUnused: { admitsReaders: false, deadlineMs: 90_000, onDeadline: 'cancel' } },
    ]);
  });

  it('says whom it waits for, and how to take it back', async () => {
    master.answers.destroyVolume = () => ok({ volume: draining([HOLDER, READER]) });
    const { out } = await destroy('--when-unused');
    expect(out).toContain('It waits for 2 holders: writer of f-1 (RW, running), reader of f-1 (RO, running).');
    expect(out).toMatch(/^reader\s+f-1\s+agent-1/m);
    expect(out).toContain('holdfast volume cancel-destroy eng/dataset --agent agent-1');
    expect(JSON.parse((await destroy('--when-unused', '--json')).out)).toMatchObject({ state: 'draining', drain: { principal: 'ops' } });
  });

  it('sends nothing where the terms do not go together', async () => {
    for (const [args, sentence] of [
      [['--readers'], '--readers only go with --when-unused'],
      [['--deadline', '10m', '--then', 'kill'], '--deadline and --then only go with --when-unused'],
      [['--when-unused', '--then', 'kill'], 'add --deadline'],
      [['--when-unused', '--deadline', '10'], 'such as 90s, 10m or 1h30m'],
      [['--when-unused', '--deadline', '10m', '--then', 'explode'], 'cancel, kill'],
    ] as const) {
      expect(await destroy(...args)).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    }
    expect(master.requests('destroyVolume')).toEqual([]);
  });

  it('says that it may have been done when no answer comes', async () => {
    master.answers.destroyVolume = () => {
      throw new Error('the master breaks down over it');
    };
    const { code, err } = await destroy();
    expect(code).toBe(3);
    expect(err).toContain('It may have been carried out all the same: look with "holdfast volume show"');
  });

  describe('--wait', () => {
    let lines: Lines;
    let stopping: AbortController;
    beforeEach(() => {
      lines = new Lines();
      stopping = new AbortController();
      master.answers.destroyVolume = () => ok({ volume: draining([HOLDER, READER]) });
      master.volumes = [draining([HOLDER, READER])];
    });

    const start = async (...args: readonly string[]) => {
      const opened = master.nextWatch();
      const running = master.run(['volume', 'destroy', 'eng/dataset', '--when-unused', '--wait', ...args], {
        signal: stopping.signal,
        onLine: lines.onLine,
      });
      const watch = await opened;
      watch.stream.send(START);
      return { running, watch };
    };
    const become = ({ stream }: OpenWatch, ...volumes: readonly LedgerVolume[]) => {
      master.volumes = volumes;
      stream.send(ANYTHING);
    };

    it('shows who is left, until the volume is gone', async () => {
      const { running, watch } = await start();
      expect(watch.query).toEqual({ ...NAME, after: [] });
      await lines.until('waits for 2 holders');
      await master.untilAsked('getVolume', 1);
      // Whatever happens that changes nothing for whoever waits is not told.
      become(watch, draining([HOLDER, READER]));
      await master.untilAsked('getVolume', 2);
      become(watch, draining([READER]));
      await lines.until('eng/dataset waits for 1 holder: reader of f-1 (RO, running).');
      become(watch, destroying);
      await lines.until('is being destroyed');
      become(watch);
      const { code, out, err } = await running;
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toBe(
        [
          'eng/dataset waits for 2 holders: writer of f-1 (RW, running), reader of f-1 (RO, running).',
          'eng/dataset waits for 1 holder: reader of f-1 (RO, running).',
          'eng/dataset is being destroyed: nobody holds it, and its agent deletes the data.',
          'eng/dataset is gone.\n',
        ].join('\n'),
      );
    });

    it('prints the volume as it changes, one JSON object a line, the last one gone', async () => {
      const { running, watch } = await start('--json');
      become(watch, draining([READER], { revision: 9 }));
      await lines.until('"revision":9');
      become(watch, volumeOn('agent-1', [], { state: 'gone' }));
      const { code, out } = await running;
      expect(code).toBe(0);
      expect(
        out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toMatchObject([
        { state: 'draining', holders: [{ taskId: 'writer' }, { taskId: 'reader' }] },
        { state: 'draining', holders: [{ taskId: 'reader' }] },
        { state: 'gone', holders: [] },
      ]);
    });

    it('takes a later volume of the same name for the end of this one (promise 10)', async () => {
      const { running, watch } = await start();
      become(watch, volumeOn('agent-1', [HOLDER], { generation: 2 }));
      expect(await running).toMatchObject({ code: 0, out: expect.stringContaining('eng/dataset is gone.') });
    });

    it('ends with 1 when the destroy was taken back, and says by whom and why', async () => {
      const { running, watch } = await start();
      master.answers.listHistory = () =>
        ok({ entries: [entryOf(8, 'destroy_cancelled', { generation: 1, cause: 'deadline', by: 'ops' }), entryOf(9, 'holder_ending')] });
      become(watch, volumeOn('agent-1', [HOLDER]));
      const { code, err } = await running;
      expect(code).toBe(1);
      expect(err).toBe('The destroy of eng/dataset was taken back by ops (cause: deadline); the volume is not destroyed.\n');
      expect(master.requests('listHistory')).toEqual([{ ...NAME, afterRevision: 7, limit: 1000 }]);
    });

    it('does not miss what happened before the watch stood', async () => {
      master.volumes = [];
      const { running } = await start('--agent', 'agent-1');
      expect(await running).toMatchObject({ code: 0, out: expect.stringContaining('eng/dataset is gone.') });
    });

    it('goes on across a restart of the master', async () => {
      const { running } = await start();
      await lines.until('waits for 2 holders');
      const opened = master.nextWatch();
      await master.stop();
      await lines.until('the destroy goes on');
      await master.start();
      const again = await opened;
      master.volumes = [];
      again.stream.send(START);
      expect(await running).toMatchObject({ code: 0, err: expect.stringContaining('The master answers again.') });
    });

    it('waits for a ledger that is away when it begins to watch, and for one that cannot be read just then', async () => {
      let opened = master.nextWatch();
      const running = master.run(['volume', 'destroy', 'eng/dataset', '--when-unused', '--wait']);
      const unavailable = refuse('ledger_unavailable', { problem: 'Redis' });
      const first = await opened;
      opened = master.nextWatch();
      first.stream.refuse(unavailable);
      const second = await opened;
      master.answers.getVolume = () => {
        master.answers.getVolume = () => refused(refuse('volume_not_found', { role: 'eng', persistenceId: 'dataset' }));
        return refused(unavailable);
      };
      second.stream.send(START);
      expect(await running).toMatchObject({ code: 0, err: expect.stringContaining('cannot be reached (Redis)') });
      expect(master.requests('getVolume')).toHaveLength(2);
    });

    it('at Ctrl-C stops waiting, with 130, and leaves the destroy alone', async () => {
      const { running } = await start();
      await lines.until('waits for 2 holders');
      stopping.abort();
      const { code, err } = await running;
      expect(code).toBe(130);
      expect(err).toBe('Stopped waiting; the destroy of eng/dataset goes on without this command.\n');
      expect(master.requests('cancelDestroy')).toEqual([]);
    });

    it('says so when the master will not let it watch', async () => {
      const { running, watch } = await start();
      watch.stream.refuse(refuse('unauthorized', { principal: 'ops', action: 'view volumes' }));
      expect(await running).toMatchObject({ code: 1, err: expect.stringMatching(/The destroy goes on.*\(unauthorized\)/) });
    });

    it('ends at once when the destroy is refused', async () => {
      master.answers.destroyVolume = () => refused(refuse('ledger_unverified', { storeId: 's' }));
      expect(await destroy('--when-unused', '--wait')).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('(ledger_unverified)'),
      });
    });
  });
});

describe('holdfast volume cancel-destroy', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  it('takes the destroy back, and says what the volume is now', async () => {
    master.answers.cancelDestroy = () => ok({ volume: volumeOn('agent-1', [HOLDER]) });
    const { code, out } = await master.run(['volume', 'cancel-destroy', 'eng/dataset']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'The destroy of eng/dataset is taken back: the volume is ready and admits tasks again.\n',
    });
    expect(master.requests('cancelDestroy')).toEqual([NAME]);
    const json = await master.run(['volume', 'cancel-destroy', 'eng/dataset', '--json', '--agent', 'agent-1']);
    expect(JSON.parse(json.out)).toMatchObject({ state: 'ready', id: 'dataset' });
  });

  it('ends with 1 when none is waiting', async () => {
    master.answers.cancelDestroy = () =>
      refused(refuse('destroy_not_pending', { role: 'eng', persistenceId: 'dataset', state: 'destroying' }));
    expect(await master.run(['volume', 'cancel-destroy', 'eng/dataset'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('(destroy_not_pending)'),
    });
  });
});
