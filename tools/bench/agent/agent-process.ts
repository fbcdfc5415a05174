import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentMessage } from '@holdfast/contracts';
import { launchedProcesses } from './launched-processes';
import { ScriptedMaster } from './scripted-master';

const MAIN = join(dirname(process.argv[1] ?? ''), '../apps/agent/main.cjs');
const RESOURCES = 'cpus:64;mem:65536;disk:65536';
const CONTROL_GROUPS = '/sys/fs/cgroup';
const REGISTER_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 30_000;

type Register = Extract<AgentMessage, { kind: 'register' }>;

/** A real agent as a process of its own, with a work directory and control groups that go with it. */
export class AgentProcess {
  readonly workDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-agent-'));
  private readonly controlGroup = `holdfast-bench-${this.workDir.slice(-6)}`;
  private child: ChildProcess | undefined;

  private constructor(
    readonly master: ScriptedMaster,
    private readonly isolation: 'namespaces' | 'plain',
  ) {}

  /** Not started yet. */
  static async create(isolation: 'namespaces' | 'plain'): Promise<AgentProcess> {
    return new AgentProcess(await ScriptedMaster.start(), isolation);
  }

  /** Its own process and that of its spawner. */
  get pids(): readonly number[] {
    const { pid } = JSON.parse(readFileSync(join(this.workDir, 'meta/spawner'), 'utf8')) as { pid: number };
    return [this.child?.pid ?? 0, pid];
  }

  /** Milliseconds from a start after `kill -9` until it has registered, and with what. */
  async restart(): Promise<{ readonly tookMs: number; readonly register: Register }> {
    await this.end('SIGKILL');
    const startedMs = performance.now();
    const register = await this.start();
    return { tookMs: performance.now() - startedMs, register };
  }

  /** Its tasks end with it, and nothing of it is left. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    // None, unless it was cut off.
    for (let left = this.processes(); left.length > 0; left = this.processes()) {
      for (const pid of left) kill(pid);
      await pause(20);
    }
    await this.master.stop();
    removeControlGroups(this.controlGroup);
    rmSync(this.workDir, { recursive: true, force: true });
  }

  private processes(): readonly number[] {
    return launchedProcesses(this.master.launchIds);
  }

  /** Resolves once it has registered, with what it has said. */
  async start(): Promise<Register> {
    const registered = this.master.nextRegistration();
    // Of a session of its own: Ctrl-C is ours to handle.
    this.child = spawn(process.execPath, [MAIN], {
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_AGENT_MASTER: this.master.address,
        HOLDFAST_AGENT_WORK_DIR: this.workDir,
        HOLDFAST_AGENT_RESOURCES: RESOURCES,
        HOLDFAST_AGENT_HTTP_PORT: '0',
        HOLDFAST_AGENT_ISOLATION: this.isolation,
        HOLDFAST_AGENT_CGROUP_ROOT: this.controlGroup,
        HOLDFAST_AGENT_STOP_TASKS: 'true',
        // The pause before the first try is drawn up to this: it is not what is measured.
        HOLDFAST_AGENT_REGISTRATION_BACKOFF_MS: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4_000)));
    const exited = once(this.child, 'exit').then(([code]) => {
      throw new Error(`the agent ended with exit code ${String(code)}:\n${said}`);
    });
    exited.catch(() => undefined);
    const late = new AbortController();
    const tooLate = pause(REGISTER_LIMIT_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(`the agent has not registered within ${REGISTER_LIMIT_MS / 1_000} s:\n${said}`);
    });
    tooLate.catch(() => undefined);
    return Promise.race([registered, exited, tooLate]).finally(() => late.abort());
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Below each hierarchy of version 1, or below the one of version 2. Empty ones only: there is nobody left in them. */
function removeControlGroups(name: string): void {
  if (!existsSync(CONTROL_GROUPS)) return;
  const hierarchies = [CONTROL_GROUPS, ...readdirSync(CONTROL_GROUPS).map((controller) => join(CONTROL_GROUPS, controller))];
  for (const path of hierarchies.map((hierarchy) => join(hierarchy, name)).filter((path) => existsSync(path))) removeTree(path);
}

function removeTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(path, entry.name));
  rmdirSync(path);
}
