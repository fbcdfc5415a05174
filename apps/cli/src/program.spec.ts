import { version } from '../package.json';
import { runHoldfast } from './command-line.fixture';
import { HOLDER, TestMaster, volumeOn } from './test-master.fixture';

describe('the holdfast command', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runHoldfast(args, { env: { HOLDFAST_MASTER: master.address, ...env } });

  it('lists volumes as a table without colours where nobody looks', async () => {
    expect(await run(['volume', 'list'])).toEqual({
      code: 0,
      err: '',
      out: 'VOLUME       AGENT    SIZE MB  SHARED  STATE  HOLDERS\neng/dataset  agent-1  2048     yes     ready  1\n',
    });
  });

  it('lists volumes as JSON', async () => {
    const { out } = await run(['volume', 'list', '--json']);
    expect(JSON.parse(out)).toEqual([
      {
        agentId: 'agent-1',
        storeId: 'store-of-agent-1',
        role: 'eng',
        id: 'dataset',
        sizeMb: 2048,
        shared: true,
        state: 'ready',
        generation: 1,
        createdAt: '2023-11-14T22:13:20.000Z',
        creator: { frameworkId: 'f-1' },
        holders: [
          {
            taskId: 'writer',
            frameworkId: 'f-1',
            agentId: 'agent-1',
            launchId: 'l-1',
            mode: 'RW',
            state: 'running',
            since: '2023-11-14T22:13:20.000Z',
          },
        ],
        revision: 7,
      },
    ]);
  });

  it('says in words that a list is empty', async () => {
    expect((await run(['volume', 'list', '--role', 'ads'])).out).toBe('There are no persistent volumes.\n');
    expect((await run(['volume', 'list', '--role', 'ads', '--json'])).out).toBe('[]\n');
    expect((await run(['framework', 'list'])).out).toBe('No framework is known.\n');
    expect((await run(['task', 'list'])).out).toBe('There are no tasks.\n');
  });

  it('shows one volume and who holds it', async () => {
    const { code, out } = await run(['volume', 'show', 'eng/dataset']);
    expect(code).toBe(0);
    expect(out).toMatch(/^volume\s+eng\/dataset$/m);
    expect(out).toMatch(/^holders\s+1$/m);
    expect(out).toMatch(/^writer\s+f-1\s+agent-1\s+RW\s+running/m);
  });

  it('lists holders, and says when there is none', async () => {
    expect((await run(['volume', 'holders', 'eng/dataset'])).out).toMatch(/^TASK .*\nwriter /);
    master.volumes = [volumeOn('agent-1', [])];
    expect((await run(['volume', 'holders', 'eng/dataset'])).out).toBe('Nobody holds it.\n');
  });

  it('lists the history of a volume, also of one that is gone when its agent is given', async () => {
    master.volumes = [];
    const { code, out } = await run(['volume', 'history', 'eng/dataset', '--agent', 'agent-9', '--after', '3', '--limit', '5']);
    expect(code).toBe(0);
    expect(out).toContain('volume_created');
    expect(master.requests('listHistory')).toEqual([
      { agentId: 'agent-9', role: 'eng', persistenceId: 'dataset', afterRevision: 3, limit: 5 },
    ]);
  });

  it('lists agents with what tasks use', async () => {
    const { out } = await run(['agent', 'list']);
    expect(out).toMatch(/^agent-1\s+host:5051\s+yes\s+0\.5 of 4\s+64 of 4096\s+0 of 10240\s+1$/m);
    expect(JSON.parse((await run(['agent', 'list', '--json'])).out)).toMatchObject([
      { id: 'agent-1', total: { cpus: 4 }, allocated: { cpus: 0.5, mem: 64 } },
    ]);
  });

  it('ends with 1 when the master refuses, and says the reason', async () => {
    const { code, err } = await run(['volume', 'show', 'eng/dataset', '--agent', 'agent-2']);
    expect(code).toBe(1);
    expect(err).toContain('volume eng/dataset does not exist');
    expect(err).toContain('volume_not_found');
    master.volumes = [];
    expect(await run(['volume', 'holders', 'eng/dataset'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('No agent has a volume eng/dataset.'),
    });
  });

  it('ends with 2 on a wrong command line, and says what was expected', async () => {
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['volume', 'shwo'], "unknown command 'shwo'"],
      [['volume', 'show', 'dataset'], 'role/id'],
      [['volume', 'list', '--nope'], "unknown option '--nope'"],
      [['volume', 'list', '--master', 'here'], 'host:port'],
      [['volume', 'history', 'eng/dataset', '--limit', '-1'], 'whole number'],
      [['dev', '--agents', '51'], 'at most 50'],
      [['dev', '--resources', 'cpus:lots'], 'cpus'],
      [['dev', '--redis-url', 'http://x'], 'redis://host:port'],
    ];
    for (const [args, sentence] of wrong) {
      const { code, err } = await run(args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(err).toContain(sentence);
    }
  });

  it('asks which agent is meant when several have a volume of that name', async () => {
    master.volumes = [volumeOn('agent-1', []), volumeOn('agent-2', [HOLDER])];
    const { code, err } = await run(['volume', 'holders', 'eng/dataset']);
    expect(code).toBe(2);
    expect(err).toContain('agent-1, agent-2');
    expect((await run(['volume', 'holders', 'eng/dataset', '--agent', 'agent-2'])).out).toContain('writer');
  });

  it('ends with 3 when the master cannot be reached, and says what to do', async () => {
    const { address } = master;
    await master.stop();
    const { code, err } = await run(['agent', 'list'], { HOLDFAST_MASTER: address });
    expect(code).toBe(3);
    expect(err).toContain(`No answer from the master at ${address}`);
    expect(err).toContain('--master host:port');
  });

  it('prefers --master to HOLDFAST_MASTER', async () => {
    expect((await run(['agent', 'list', '--master', master.address], { HOLDFAST_MASTER: '127.0.0.1:1' })).code).toBe(0);
  });

  it('answers --version and --help on every level', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    for (const args of [
      [],
      ['dev'],
      ['demo'],
      ['volume'],
      ['volume', 'history'],
      ['agent', 'list'],
      ['framework', 'list'],
      ['agent', 'show'],
      ['task', 'list'],
      ['task', 'logs'],
      ['task', 'kill'],
      ['credentials', 'hash'],
      ['volume', 'watch'],
      ['volume', 'destroy'],
      ['volume', 'release'],
      ['verify'],
      ['repair'],
      ['completion'],
    ]) {
      const { code, out } = await run([...args, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`Usage: holdfast ${args.join(' ')}`.trim());
    }
  });
});
