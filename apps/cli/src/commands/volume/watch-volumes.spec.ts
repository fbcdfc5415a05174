import { refuse } from '@holdfast/core/base';
import { entryOf, HOLDER, Lines, TestMaster } from '../../test-master.fixture';

const STORE = 'store-1';

const answer = (revision: number, change: string) => ({
  entries: [{ storeId: STORE, agentId: 'agent-1', entry: entryOf(revision, change, { holder: HOLDER }) }],
  positions: [{ storeId: STORE, revision }],
});

const START = { entries: [], positions: [{ storeId: STORE, revision: 4 }] };

describe('holdfast volume watch', () => {
  let master: TestMaster;
  let stopping: AbortController;
  let lines: Lines;
  beforeEach(async () => {
    master = new TestMaster();
    stopping = new AbortController();
    lines = new Lines();
    await master.start();
  });
  afterEach(() => master.stop());

  const watch = (...args: readonly string[]) => master.run(['volume', 'watch', ...args], { signal: stopping.signal, onLine: lines.onLine });

  it('prints each change as it is made, and says at Ctrl-C how to go on after the last', async () => {
    const opened = master.nextWatch();
    const running = watch('eng/dataset', '--agent', 'agent-1');
    const { query, stream } = await opened;
    expect(query).toEqual({ agentId: 'agent-1', role: 'eng', persistenceId: 'dataset', after: [] });
    stream.send(START);
    stream.send(answer(5, 'volume_acquired'));
    expect(await lines.until('volume_acquired')).toBe(
      '2023-11-14T22:13:20.000Z  eng/dataset  volume_acquired  writer of f-1 (RW, running) on agent-1  generation 1  store-1=5\n',
    );
    stopping.abort();
    const { code, err } = await running;
    expect(code).toBe(0);
    expect(err).toBe('To go on from here: holdfast volume watch eng/dataset --agent agent-1 --after store-1=5\n');
  });

  it('prints one JSON object a line', async () => {
    const opened = master.nextWatch();
    const running = watch('--json');
    const { stream } = await opened;
    stream.send(answer(5, 'volume_acquired'));
    stream.send(answer(6, 'volume_released'));
    await lines.until('volume_released');
    stopping.abort();
    const { out, err } = await running;
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      {
        storeId: STORE,
        agentId: 'agent-1',
        revision: 5,
        change: 'volume_acquired',
        role: 'eng',
        id: 'dataset',
        holder: { taskId: 'writer' },
      },
      { revision: 6, change: 'volume_released' },
    ]);
    expect(err).toContain('holdfast volume watch --json --after store-1=6');
  });

  it('goes on where an earlier watch has ended', async () => {
    const opened = master.nextWatch();
    const running = watch('--role', 'eng', '--after', 'store-1=12', '--after', 'store-2=7');
    const { query } = await opened;
    expect(query).toEqual({
      role: 'eng',
      after: [
        { storeId: 'store-1', revision: 12 },
        { storeId: 'store-2', revision: 7 },
      ],
    });
    stopping.abort();
    expect((await running).err).toContain('--role eng --after store-1=12 --after store-2=7');
  });

  it('connects again when the master was restarted, says so, and tells no change twice and none too few', async () => {
    let opened = master.nextWatch();
    const running = watch();
    const first = await opened;
    first.stream.send(START);
    first.stream.send(answer(5, 'volume_acquired'));
    await lines.until('volume_acquired');

    opened = master.nextWatch();
    await master.stop();
    await lines.until('It is asked again until it answers.');
    await master.start();
    const second = await opened;
    expect(second.query.after).toEqual([{ storeId: STORE, revision: 5 }]);
    second.stream.send(answer(6, 'volume_released'));
    await lines.until('volume_released');
    stopping.abort();
    const { code, out, err } = await running;
    expect(code).toBe(0);
    expect(out.match(/store-1=\d/g)).toEqual(['store-1=5', 'store-1=6']);
    expect(err).toContain('The master answers again; the watch goes on after the last change shown.');
  });

  it('connects again when the ledger was away for a moment', async () => {
    let opened = master.nextWatch();
    const running = watch();
    const { stream } = await opened;
    stream.send(answer(5, 'volume_acquired'));
    await lines.until('volume_acquired');
    opened = master.nextWatch();
    stream.refuse(refuse('ledger_unavailable', { problem: 'Redis' }));
    const second = await opened;
    expect(second.query.after).toEqual([{ storeId: STORE, revision: 5 }]);
    stopping.abort();
    expect((await running).err).toContain('The volume ledger cannot be reached (Redis)');
  });

  it('ends with 1 when changes after its position are no longer kept: it cannot go on without a gap', async () => {
    const opened = master.nextWatch();
    const running = watch('--after', 'store-1=1');
    (await opened).stream.refuse(refuse('history_trimmed', { storeId: STORE, afterRevision: 1, oldestRevision: 40 }));
    expect(await running).toMatchObject({ code: 1, err: expect.stringContaining('(history_trimmed)') });
  });

  it('ends with 1 where asking again would not help, and says how far it has come, if that is of use', async () => {
    for (const [refusal, isOfUse] of [
      [refuse('reader_too_slow', { unreadBytes: 1 }), true],
      [refuse('history_trimmed', { storeId: STORE, afterRevision: 5, oldestRevision: 40 }), false],
    ] as const) {
      const opened = master.nextWatch();
      const running = watch();
      const { stream } = await opened;
      const change = `change_before_${refusal.code}`;
      stream.send(answer(5, change));
      await lines.until(change);
      stream.refuse(refusal);
      const { code, err } = await running;
      expect(code).toBe(1);
      expect(err).toContain(`(${refusal.code})`);
      expect(err.includes('To go on from here: holdfast volume watch --after store-1=5')).toBe(isOfUse);
    }
  });

  it('ends with 3 when the master never answered', async () => {
    const { address } = master;
    await master.stop();
    const { code, err } = await master.run(['volume', 'watch'], { env: { HOLDFAST_MASTER: address } });
    expect(code).toBe(3);
    expect(err).toContain(`No answer from the master at ${address}`);
  });

  it('refuses a position that is none, and a role that is not the volume’s', async () => {
    for (const position of ['store-1', '=4', 'store-1=', 'store-1=-1', 'store-1=four'])
      expect(await watch('--after', position)).toMatchObject({ code: 2, err: expect.stringContaining('store=revision') });
    expect(await watch('eng/dataset', '--role', 'ads')).toMatchObject({ code: 2, err: expect.stringContaining('leave --role out') });
  });
});
