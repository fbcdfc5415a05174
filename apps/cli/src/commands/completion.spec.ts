import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ok } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import { Resources } from '@holdfast/core/resources';
import { eventually } from '@holdfast/testing/eventually';
import { bundleScript } from '@holdfast/testing/processes';
import { runHoldfast } from '../command-line.fixture';
import { agentCalled, TestMaster, volumeOn } from '../test-master.fixture';

const INDEXER: FrameworkInfo = {
  id: 'f-1',
  name: 'indexer',
  user: 'root',
  roles: [],
  capabilities: new Set(),
  failoverTimeoutMs: 0,
  checkpoint: false,
  labels: [],
};

describe('completion at Tab', () => {
  let master: TestMaster;
  beforeEach(async () => {
    master = new TestMaster();
    await master.start();
  });
  afterEach(() => master.stop());

  /** What is suggested for a line whose cursor is at its end, as bash asks for it. */
  const suggestions = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    const words = line.split(' ');
    const { code, out, err } = await master.run(['completion-server', '--', ...words], {
      env: { SHELL: 'bash', COMP_CWORD: String(words.length - 1), COMP_LINE: line, COMP_POINT: String(line.length), ...env },
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out.split('\n').slice(0, -1);
  };

  it('suggests commands, and on the next level theirs', async () => {
    expect(await suggestions('holdfast ve')).toEqual(['verify']);
    expect(await suggestions('holdfast ')).toEqual(expect.arrayContaining(['volume', 'verify', 'repair', 'agent', 'dev']));
    expect(await suggestions('holdfast ')).not.toContain('completion-server');
    expect(await suggestions('holdfast volume h')).toEqual(['holders', 'history', 'help']);
    expect(await suggestions('holdfast volume nonsense ')).toEqual([]);
  });

  it('suggests options that are not on the line yet, but again those that may come twice', async () => {
    expect(await suggestions('holdfast volume destroy --')).toEqual(
      expect.arrayContaining(['--when-unused', '--deadline', '--json', '--help']),
    );
    expect(await suggestions('holdfast volume destroy --when-unused --w')).toEqual(['--wait']);
    expect(await suggestions('holdfast volume list --state ready --st')).toEqual(['--state']);
  });

  it('suggests the values that an option or an argument can have', async () => {
    expect(await suggestions('holdfast volume destroy eng/dataset --when-unused --then ')).toEqual(['cancel', 'kill']);
    expect(await suggestions('holdfast volume list --state d')).toEqual(['draining', 'destroying']);
    expect(await suggestions('holdfast completion ')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('suggests volumes, on the agent of the line if one is named, wherever one is expected', async () => {
    master.volumes = [volumeOn('agent-1', []), volumeOn('agent-1', [], { volume: 'ads/clicks' })];
    expect(await suggestions('holdfast volume show ')).toEqual(['eng/dataset', 'ads/clicks']);
    expect(await suggestions('holdfast volume destroy --when-unused en')).toEqual(['eng/dataset']);
    expect(await suggestions('holdfast volume holders --limit 5 a')).toEqual(['ads/clicks']);
    await suggestions('holdfast volume show --agent agent-1 ');
    expect(master.requests('listVolumes').at(-1)).toEqual({ agentId: 'agent-1' });
    expect(await suggestions('holdfast volume show eng/dataset ')).toEqual([]);
  });

  it('suggests agents and frameworks by their ids', async () => {
    master.agents = [agentCalled('agent-1'), agentCalled('agent-2'), agentCalled('other')];
    master.answers.getFrameworks = () => ok({ frameworks: [{ info: INDEXER, connected: true, offers: [] }] });
    expect(await suggestions('holdfast verify --agent ag')).toEqual(['agent-1', 'agent-2']);
    expect(await suggestions('holdfast task list --framework ')).toEqual(['f-1']);
  });

  it('suggests tasks, of the framework of the line if one is named, and agents where one is expected', async () => {
    const task = (taskId: string) => ({
      frameworkId: 'f-1',
      info: { taskId, name: '', agentId: 'agent-1', resources: Resources.empty, labels: [], unsupportedFields: [], wire: new Uint8Array() },
      status: { taskId, state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', timestampMs: 1 } as const,
    });
    master.answers.getTasks = () => ok({ tasks: [task('reader'), task('writer')] });
    expect(await suggestions('holdfast task logs --framework f-1 -f w')).toEqual(['writer']);
    expect(master.requests('getTasks')).toEqual([{ frameworkId: 'f-1' }]);
    expect(await suggestions('holdfast task kill ')).toEqual(['reader', 'writer']);
    expect(await suggestions('holdfast agent show ')).toEqual(['agent-1']);
  });

  it('asks the master of the line rather than that of the environment', async () => {
    const line = `holdfast volume show --master ${master.address} `;
    expect(await suggestions(line, { HOLDFAST_MASTER: '127.0.0.1:1' })).toEqual(['eng/dataset']);
  });

  it('explains the words where the shell shows it', async () => {
    expect(await suggestions('holdfast volume hol', { SHELL: '/usr/bin/zsh' })).toEqual(['holders:list the tasks that hold a volume now']);
    expect(await suggestions('holdfast volume show ', { SHELL: 'zsh' })).toEqual(['eng/dataset:ready, on agent-1']);
  });

  describe('where the master does not help', () => {
    let silent: Server;
    beforeEach((done) => void (silent = createServer().listen(0, '127.0.0.1', done)));
    afterEach((done) => void silent.close(done));

    it('suggests nothing, without a word: one that is away, one that is silent, one that cannot be asked', async () => {
      const address = silent.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const sockets = new Set<{ destroy(): void }>();
      silent.on('connection', (socket) => sockets.add(socket));
      for (const env of [
        { HOLDFAST_MASTER: '127.0.0.1:1' },
        { HOLDFAST_MASTER: `127.0.0.1:${port}` },
        { HOLDFAST_MASTER: 'nonsense' },
        { HOLDFAST_PRINCIPAL: 'ops', HOLDFAST_SECRET_FILE: '/no/such/file' },
      ])
        expect(await suggestions('holdfast volume show ', env)).toEqual([]);
      for (const socket of sockets) socket.destroy();
    });
  });

  it('says what it is for to whoever calls it by hand', async () => {
    expect(await runHoldfast(['completion-server'])).toMatchObject({ code: 2, err: expect.stringContaining('Only a completion script') });
    expect(await runHoldfast(['completion', 'tcsh'])).toMatchObject({ code: 2, err: expect.stringContaining('bash, zsh, fish') });
  });

  it.each([
    ['zsh', 'compdef _holdfast_completion holdfast'],
    ['fish', "complete -c holdfast -f -a '(_holdfast_completion)'"],
  ])('prints a script for %s', async (shell, line) => {
    const { code, out } = await runHoldfast(['completion', shell]);
    expect(code).toBe(0);
    expect(out).toContain(line);
    expect(out).toContain('holdfast completion-server --');
    // What stands on the line is never run.
    expect(out).not.toContain('eval ');
  });

  describe('in a real bash', () => {
    let completionScript: string;
    beforeAll(async () => {
      const main = bundleScript(join(__dirname, '../main.ts'));
      completionScript = (await promisify(execFile)(process.execPath, [main, 'completion', 'bash'])).stdout;
    }, 60_000);

    /** What bash offers at Tab: it looks up the function that the script has registered for the command, and calls it as Tab does. */
    const tab = async (...words: readonly string[]) => {
      const line = ['holdfast', ...words].join(' ');
      const script = `
        source /dev/stdin <<< "$COMPLETION_SCRIPT"
        COMP_WORDS=(holdfast "$@")
        COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
        COMP_LINE="$LINE_TO_COMPLETE"
        COMP_POINT=\${#COMP_LINE}
        [[ "$(complete -p holdfast)" =~ -F\\ ([^\\ ]+) ]]
        "\${BASH_REMATCH[1]}" holdfast "\${COMP_WORDS[COMP_CWORD]}"
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = {
        PATH: process.env['PATH'],
        HOLDFAST_MASTER: master.address,
        COMPLETION_SCRIPT: completionScript,
        LINE_TO_COMPLETE: line,
      };
      const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script, 'bash', ...words], { env });
      expect(stderr).toBe('');
      return stdout.split('\n').slice(0, -1);
    };

    it('completes commands, options, choices, volumes and agents', async () => {
      master.agents = [agentCalled('agent-1'), agentCalled('agent-2')];
      expect(await tab('volume', 'sh')).toEqual(['show']);
      expect(await tab('volume', 'destroy', '--when')).toEqual(['--when-unused']);
      expect(await tab('volume', 'destroy', '--then', '')).toEqual(['cancel', 'kill']);
      // A master that does not answer within a second is not waited for, and a machine may be busy.
      await eventually(async () => (await tab('volume', 'show', 'eng/')).join() === 'eng/dataset');
      await eventually(async () => (await tab('verify', '--agent', '')).join() === 'agent-1,agent-2');
    });

    it('runs nothing that stands on the line', async () => {
      const dir = await mkdtemp(join(tmpdir(), 'holdfast-tab-'));
      try {
        for (const trap of [`$(touch ${dir}/run)`, `\`touch ${dir}/run\``, `; touch ${dir}/run`])
          expect(await tab('volume', 'show', trap, '--ag')).toEqual(['--agent']);
        expect(await readdir(dir)).toEqual([]);
      } finally {
        await rm(dir, { recursive: true });
      }
    });

    it('offers nothing, and says nothing, while the master is away', async () => {
      await master.stop();
      expect(await tab('volume', 'show', 'eng/')).toEqual(['']);
      await master.start();
    });
  });
});
