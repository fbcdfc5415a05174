import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseReadyInfo, type ReadyInfo } from './ready-info';

export interface ClusterOptions {
  readonly agents?: number;
  /** What each agent has, in Mesos' `--resources` syntax. */
  readonly resources?: string;
  /** Used again, volumes and reservations are back; it is then the caller's to remove. By default a temporary one. */
  readonly workDir?: string;
  /** Paths of files: who may call, and who may do what. */
  readonly credentialsFile?: string;
  readonly aclsFile?: string;
  /** Added to the environment of the cluster. */
  readonly env?: Readonly<Record<string, string>>;
  readonly startTimeoutMs?: number;
  /** The folder with the bundles; `dist` of this tree by default. */
  readonly distDir?: string;
  /** Where a service finds another instead of at its own address, such as `master-volume-registry` → `host:port`. */
  readonly dial?: Readonly<Record<string, string>>;
  /** Told the ports before anything is started. */
  readonly onPlanned?: (ports: ClusterPorts) => void;
}

/** The ports of a cluster's services. */
export interface ClusterPorts {
  readonly masterGrpc: number;
  readonly allocatorGrpc: number;
  readonly registryGrpc: number;
  readonly redis: number;
}

/** A whole cluster as a user runs it: `holdfast dev` as a process of its own. */
export interface TestCluster {
  /** As it was when everything first served. */
  readonly ready: ReadyInfo;
  readonly workDir: string;
  /** The process of `holdfast dev`. */
  readonly pid: number;
  /** What it has printed. */
  output(): string;
  /** The ready file as it is now. */
  readNow(): ReadyInfo;
  /** The ready file, once it is there and `holds`. */
  untilReady(holds: (info: ReadyInfo) => boolean, timeoutMs?: number): Promise<ReadyInfo>;
  /** Ends it as Ctrl-C does and resolves with its exit code; removes a temporary work directory. */
  stop(): Promise<number | null>;
}

const DEFAULT_TIMEOUT_MS = 45_000;

/** From sources and from a bundle alike: the folder that holds nx.json. */
function workspaceRoot(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  if (folder === dirname(folder)) throw new Error(`no nx.json in a folder above ${__dirname}`);
  return workspaceRoot(dirname(folder));
}

/** Starts a cluster on free ports from the bundles in dist/ (`node tools/build/build.mjs`); resolves once everything serves. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const main = join(options.distDir ?? join(workspaceRoot(__dirname), 'dist'), 'apps/cli/main.cjs');
  if (!existsSync(main)) throw new Error(`${main} is missing; build it with: node tools/build/build.mjs`);
  const home = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const workDir = options.workDir ?? join(home, 'cluster');
  const readyFile = join(home, 'ready.json');
  const planFile = join(home, 'plan.json');
  const files = ['--work-dir', workDir, '--ready-file', readyFile, ...(options.onPlanned ? ['--plan-file', planFile] : [])];
  const child = spawn(process.execPath, [main, 'dev', ...argumentsOf(options), ...files], {
    env: { ...withoutHoldfast(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test run that ends early must leave no cluster behind.
  const atExit = () => child.kill('SIGTERM');
  process.once('exit', atExit);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));

  const untilReady = (holds: (info: ReadyInfo) => boolean, timeoutMs = DEFAULT_TIMEOUT_MS) =>
    untilFileHolds({ readyFile, holds, timeoutMs, exited, output: () => output.join('') });
  if (options.onPlanned) tellOnce(planFile, options.onPlanned, exited);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    const code = await exited;
    process.off('exit', atExit);
    await rm(home, { recursive: true, force: true });
    return code;
  };
  try {
    const ready = await untilReady(() => true, options.startTimeoutMs);
    return {
      ready,
      workDir,
      pid: pidOf(child),
      output: () => output.join(''),
      readNow: () => parseReadyInfo(readFileSync(readyFile, 'utf8')),
      untilReady,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const argumentsOf = ({ agents, resources, credentialsFile, aclsFile, dial }: ClusterOptions): readonly string[] => [
  '--ephemeral-ports',
  ...(agents === undefined ? [] : ['--agents', String(agents)]),
  ...(resources === undefined ? [] : ['--resources', resources]),
  ...(credentialsFile === undefined ? [] : ['--credentials', credentialsFile]),
  ...(aclsFile === undefined ? [] : ['--acls', aclsFile]),
  ...(dial === undefined ? [] : ['--dial', JSON.stringify(dial)]),
];

function tellOnce(planFile: string, onPlanned: (ports: ClusterPorts) => void, exited: Promise<unknown>): void {
  const watcher = watch(dirname(planFile), () => {
    if (!existsSync(planFile)) return;
    watcher.close();
    onPlanned(JSON.parse(readFileSync(planFile, 'utf8')) as ClusterPorts);
  });
  void exited.then(() => watcher.close());
}

/** Settings of the developer's own cluster would change the one under test. */
const withoutHoldfast = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HOLDFAST_')));

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('holdfast dev did not start');
  return child.pid;
}

interface Waiting {
  readonly readyFile: string;
  readonly holds: (info: ReadyInfo) => boolean;
  readonly timeoutMs: number;
  readonly exited: Promise<number | null>;
  readonly output: () => string;
}

/** The file is replaced as a whole, so the directory is what tells. */
function untilFileHolds({ readyFile, holds, timeoutMs, exited, output }: Waiting): Promise<ReadyInfo> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!existsSync(readyFile)) return;
      const info = parseReadyInfo(readFileSync(readyFile, 'utf8'));
      if (holds(info)) settle(() => resolve(info));
    };
    const onChange = (_: string, name: string | null) => {
      if (name !== basename(readyFile)) return;
      try {
        look();
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    };
    const settle = (act: () => void) => {
      watcher.close();
      clearTimeout(timer);
      act();
    };
    const watcher = watch(dirname(readyFile), onChange);
    const timer = setTimeout(() => settle(() => reject(new Error(`not ready within ${timeoutMs} ms:\n${output()}`))), timeoutMs);
    void exited.then((code) => settle(() => reject(new Error(`holdfast dev ended with exit code ${code}:\n${output()}`))));
    onChange('rename', basename(readyFile));
  });
}
