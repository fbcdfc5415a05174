import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { nextPauseMs, type RestartPolicy } from './restart-policy';

/** A program that the supervisor keeps running. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Recognises the line of its output by which it says that it serves. */
  readonly isServingLine: (line: string) => boolean;
}

export interface ProcessEvents {
  started: [pid: number];
  /** The process is gone, asked or unasked. */
  ended: [pid: number];
  serving: [pid: number];
  /** Died unasked; it is started again after the pause. */
  died: [death: { readonly pid: number | undefined; readonly how: string; readonly restartInMs: number }];
  line: [line: string];
}

/** Keeps one program running: started again whenever it ends before `stop` is called. */
export class SupervisedProcess extends EventEmitter<ProcessEvents> {
  readonly #spec: ProcessSpec;
  readonly #policy: RestartPolicy;
  #child: ChildProcess | undefined;
  #pauseMs: number;
  #restartTimer: NodeJS.Timeout | undefined;
  #healthTimer: NodeJS.Timeout | undefined;
  #isServing = false;
  #isStopping = false;

  constructor(spec: ProcessSpec, policy: RestartPolicy) {
    super();
    this.#spec = spec;
    this.#policy = policy;
    this.#pauseMs = policy.initialMs;
  }

  get name(): string {
    return this.#spec.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isServing(): boolean {
    return this.#isServing;
  }

  start(): void {
    const { command, args, env } = this.#spec;
    // A session of its own: Ctrl-C reaches the supervisor alone, which then stops everything in order.
    const child = spawn(command, [...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => this.#onLine(child, line));
    child.once('error', (error) => this.#onEnd(child, error.message));
    child.once('exit', (code, signal) => this.#onEnd(child, signal === null ? `exit code ${code}` : signal));
    if (child.pid !== undefined) this.emit('started', child.pid);
  }

  /** Asks it to end, and after `graceMs` makes it; resolves when the process is gone, and whatever is left of its process group. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restartTimer);
    clearTimeout(this.#healthTimer);
    const child = this.#child;
    if (child?.pid === undefined) return;
    const group = -child.pid;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    signal(child.pid, 'SIGTERM');
    const timer = setTimeout(() => signal(group, 'SIGKILL'), graceMs);
    await gone;
    clearTimeout(timer);
    signal(group, 'SIGKILL');
  }

  #onLine(child: ChildProcess, line: string): void {
    this.emit('line', line);
    if (child !== this.#child || this.#isServing || !this.#spec.isServingLine(line)) return;
    this.#isServing = true;
    this.#healthTimer = setTimeout(() => (this.#pauseMs = this.#policy.initialMs), this.#policy.healthyAfterMs);
    if (child.pid !== undefined) this.emit('serving', child.pid);
  }

  #onEnd(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#isServing = false;
    clearTimeout(this.#healthTimer);
    if (child.pid !== undefined) this.emit('ended', child.pid);
    if (this.#isStopping) return;
    const restartInMs = this.#pauseMs;
    this.#pauseMs = nextPauseMs(this.#policy, restartInMs);
    this.#restartTimer = setTimeout(() => this.start(), restartInMs);
    this.emit('died', { pid: child.pid, how, restartInMs });
  }
}

/** It may be gone already, which is what was wanted. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
