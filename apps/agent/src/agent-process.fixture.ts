import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { dependencies } from '../../../package.json';
import { FakeMaster } from './fake-master.fixture';
import { useTempDirectory } from './files/temp-directory.fixture';
import { endLaunch } from './processes/end-launch.fixture';

const root = resolve(__dirname, '../../..');

export interface AgentProcess {
  readonly child: ChildProcess;
  /** So far. */
  output(): string;
  /** All of it, once the agent and its spawner are gone. */
  readonly wholeOutput: Promise<string>;
  /** Its exit status, or the signal that ended it; its spawner may still be there. */
  readonly exit: Promise<number | NodeJS.Signals>;
  end(signal: NodeJS.Signals): AgentProcess['exit'];
}

export interface AgentProcesses {
  readonly directory: () => string;
  /** A new one for each test. */
  readonly master: FakeMaster;
  /** Over the work directory, in the place of one that is gone. */
  start(env?: Readonly<Record<string, string>>): AgentProcess;
}

/** For tests: agents as processes of their own, as they are shipped. */
export function useAgentProcesses(): AgentProcesses {
  const dist = compileAgent();
  const running: AgentProcess[] = [];
  let master: FakeMaster;
  beforeEach(async () => (master = await FakeMaster.start()));
  afterAll(() => rmSync(dist, { recursive: true, force: true }));
  // Hooks run in this order: the directory goes last.
  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ wholeOutput }) => wholeOutput));
    for (const kind of ['tasks', 'executors']) for (const id of launchesIn(join(directory(), 'work/meta', kind))) await endLaunch(id);
    await master.stop();
  });
  const directory = useTempDirectory();
  return {
    directory,
    get master() {
      return master;
    },
    start(env = {}) {
      const child = spawn(process.execPath, ['-r', join(dist, 'preload.cjs'), join(dist, 'main.cjs')], {
        env: {
          PATH: process.env['PATH'],
          NODE_PATH: join(root, 'node_modules'),
          HOLDFAST_AGENT_MASTER: master.address,
          HOLDFAST_AGENT_WORK_DIR: join(directory(), 'work'),
          HOLDFAST_AGENT_RESOURCES: 'cpus:4;mem:512;disk:500',
          HOLDFAST_AGENT_HTTP_PORT: '0',
          HOLDFAST_AGENT_REGISTRATION_BACKOFF_MS: '20',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
      const exit = new Promise<number | NodeJS.Signals>((done) => child.once('exit', (code, signal) => done(code ?? signal ?? 0)));
      const agent: AgentProcess = {
        child,
        output: () => text,
        // The spawner has the same output.
        wholeOutput: new Promise((done) => child.once('close', () => done(text))),
        exit,
        end(signal) {
          child.kill(signal);
          return exit;
        },
      };
      running.push(agent);
      return agent;
    },
  };
}

/** The agent and its spawner side by side, libraries outside (toolchain 1.3.9). */
function compileAgent(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-dist-'));
  buildSync({
    entryPoints: {
      main: join(__dirname, 'main.ts'),
      spawner: join(__dirname, 'containers/spawner.ts'),
      preload: join(root, 'libs/platform/src/telemetry/preload.ts'),
    },
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: Object.keys(dependencies)
      .flatMap((name) => [name, `${name}/*`])
      .concat('@opentelemetry/*'),
    tsconfig: join(root, 'tsconfig.base.json'),
    logLevel: 'error',
  });
  return directory;
}

const launchesIn = (path: string): readonly string[] =>
  existsSync(path) ? [...new Set(readdirSync(path).map((name) => name.replace(/\.\w+$/, '')))] : [];
