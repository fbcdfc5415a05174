import { ok, refuse, refused, type Holder } from '@holdfast/core/base';
import { agentCalled, HOLDER, TestMaster, volumeOn } from '../../test-master.fixture';

const NAME = { agentId: 'agent-1', role: 'eng', persistenceId: 'dataset' };
const OTHER: Holder = { ...HOLDER, launchId: 'l-9', state: 'ending' };

describe('holdfast volume release', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  const release = (...args: readonly string[]) =>
    master.run(['volume', 'release', 'eng/dataset', '--framework', 'f-1', '--task', 'writer', ...args]);

  describe('without --force', () => {
    it('releases nobody, and says what a forced release does and what is not known', async () => {
      const { code, out, err } = await release('--reason', 'host burnt');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain('Nothing was released.');
      expect(err).toContain('may then be destroyed while a process still uses it');
      expect(err).toMatch(/- writer of f-1 \(RW, running\), launch l-1, since 2023-.* has not reported that the process is gone/);
      expect(master.requests('releaseHolder')).toEqual([]);
    });

    it('says when the agent is away, or not known any more', async () => {
      master.agents = [agentCalled('agent-1', false)];
      expect((await release()).err).toContain('Agent agent-1 does not answer; it reports when it is back.');
      master.agents = [];
      expect((await release()).err).toContain('Agent agent-1 is not registered: nobody can say whether the process is gone.');
    });

    it('names the launch that is meant, or that there is none', async () => {
      master.volumes = [volumeOn('agent-1', [HOLDER, OTHER])];
      const { err } = await release('--launch', 'l-9');
      expect(err.match(/^- .* launch l-\d/gm)).toEqual(['- writer of f-1 (RW, ending), launch l-9']);
      master.volumes = [volumeOn('agent-1', [])];
      expect(await release()).toMatchObject({
        code: 2,
        err: expect.stringContaining('Task writer of framework f-1 does not hold eng/dataset.'),
      });
    });
  });

  describe('with --force', () => {
    it('wants a reason', async () => {
      expect(await release('--force')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
      expect(await release('--force', '--reason', '  ')).toMatchObject({ code: 2 });
      expect(master.requests('releaseHolder')).toEqual([]);
    });

    it('says who was released and how many are left', async () => {
      master.answers.releaseHolder = () => ok({ released: [HOLDER], volume: volumeOn('agent-1', [OTHER]) });
      const { code, out } = await release('--force', '--reason', 'host burnt', '--launch', 'l-1');
      expect(code).toBe(0);
      expect(out).toMatch(/^Released from eng\/dataset by force:\nTASK.*\nwriter\s+f-1.*\n\n1 holder left\.\n$/);
      expect(master.requests('releaseHolder')).toEqual([
        { ...NAME, frameworkId: 'f-1', taskId: 'writer', launchId: 'l-1', reason: 'host burnt' },
      ]);
    });

    it('says when the last was released, and that a destroy that waited for it has begun', async () => {
      master.answers.releaseHolder = () => ok({ released: [HOLDER], volume: volumeOn('agent-1', [], { state: 'destroying' }) });
      expect((await release('--force', '--reason', 'r')).out).toContain('Nobody holds it now, and it is being destroyed.');
      master.answers.releaseHolder = () => ok({ released: [HOLDER], volume: volumeOn('agent-1', []) });
      expect((await release('--force', '--reason', 'r')).out).toContain('Nobody holds it now.\n');
      expect(master.requests('releaseHolder')).toEqual([expect.not.objectContaining({ launchId: expect.anything() }), expect.anything()]);
    });

    it('prints both as JSON', async () => {
      master.answers.releaseHolder = () => ok({ released: [HOLDER], volume: volumeOn('agent-1', []) });
      expect(JSON.parse((await release('--force', '--reason', 'r', '--json')).out)).toMatchObject({
        released: [{ taskId: 'writer', launchId: 'l-1' }],
        volume: { id: 'dataset', holders: [] },
      });
    });

    it('ends with 1 when that task does not hold it', async () => {
      master.answers.releaseHolder = () =>
        refused(refuse('holder_unknown', { role: 'eng', persistenceId: 'dataset', frameworkId: 'f-1', taskId: 'writer' }));
      expect(await release('--force', '--reason', 'r')).toMatchObject({
        code: 1,
        err: expect.stringContaining('(holder_unknown)\n"holdfast volume holders"'),
      });
    });
  });

  it('does not go without framework and task', async () => {
    for (const args of [[], ['--framework', 'f-1'], ['--task', 'writer']])
      expect(await master.run(['volume', 'release', 'eng/dataset', ...args])).toMatchObject({
        code: 2,
        err: expect.stringContaining('required option'),
      });
  });
});
