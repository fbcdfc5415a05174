import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Timers } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import { readIfPresent, replaceFile } from '../files';
import { isAlive, markOf, type ProcessMark, sendSignal } from '../processes';
import { StartFault } from '../store';
import type { SpawnerAnswer, SpawnerRequest } from './spawner-messages';

export interface SpawnerDeps {
  /** The bundled spawner. */
  readonly path: string;
  /** Remembers its process, so that the next agent can be sure that it is gone. */
  readonly markPath: string;
  readonly bootId: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timers: Timers;
  readonly log: Logger;
  readonly onAnswer: (answer: SpawnerAnswer) => void;
  /** It died: what it had not answered may or may not have been started. It has been started again when this is called. */
  readonly onRestart: () => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const GONE_CHECK_MS = 5;

/** The small process that starts containers; started again when it dies. */
export class SpawnerProcess {
  private child: ChildProcess | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private isStopping = false;
  private cancelRestart: (() => void) | undefined;
  private forking: Promise<void> | undefined;

  private constructor(private readonly deps: SpawnerDeps) {}

  /** Ends what is left of a former one first: it might still start what the former agent had told it to. */
  static async start(deps: SpawnerDeps): Promise<SpawnerProcess> {
    if (!existsSync(deps.path)) {
      throw new StartFault(`The spawner ${deps.path} is missing. It is built beside the agent; name it with HOLDFAST_AGENT_SPAWNER_PATH.`);
    }
    await endFormer(deps);
    const spawner = new SpawnerProcess(deps);
    await spawner.fork();
    return spawner;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** False: it is being restarted; onRestart will say when to try again. */
  send(request: SpawnerRequest): boolean {
    if (!this.child?.connected) return false;
    this.child.send(request, () => undefined);
    return true;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.cancelRestart?.();
    await this.forking;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      if (child.connected) child.disconnect();
    });
  }

  private async fork(): Promise<void> {
    const child = fork(this.deps.path, [], {
      detached: true,
      // Nothing of ours is loaded into it, and it must stay small.
      execArgv: ['--max-old-space-size=64'],
      env: { ...this.deps.environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    if (child.pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
    child.once('exit', (code, signal) => this.exited(code, signal));
    child.on('message', (answer) => {
      this.pauseMs = FIRST_PAUSE_MS;
      this.deps.onAnswer(answer as SpawnerAnswer);
    });
    child.on('error', (fault) => this.deps.log.warn({ err: fault }, 'the spawner could not be reached'));
    const { markPath, bootId } = this.deps;
    const former: Former = { ...(markOf(child.pid) ?? { pid: child.pid, startTicks: 0 }), bootId };
    // Before it gets any work, so that the next agent can end it first. A full disk is no reason to start no tasks: it would take an agent
    // that is killed and started again at once for that to matter.
    await replaceFile(markPath, JSON.stringify(former)).catch((fault: unknown) =>
      this.deps.log.warn({ err: fault }, 'the process of the spawner could not be written down'),
    );
    if (child.exitCode === null && child.signalCode === null) this.child = child;
  }

  private exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.child = undefined;
    if (this.isStopping) return;
    this.deps.log.error({ code, signal, againInMs: this.pauseMs }, 'the spawner died and is started again; tasks go on');
    this.startAgainLater();
  }

  private startAgainLater(): void {
    const { log, timers } = this.deps;
    this.cancelRestart = timers.after(this.pauseMs, () => {
      this.forking = this.fork().then(
        () => this.deps.onRestart(),
        (fault: unknown) => {
          log.error({ err: fault }, 'the spawner cannot be started; trying again');
          if (!this.isStopping) this.startAgainLater();
        },
      );
    });
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function endFormer({ markPath, bootId, timers }: SpawnerDeps): Promise<void> {
  const former = parse(await readIfPresent(markPath));
  if (!former || former.bootId !== bootId) return;
  while (isAlive(former)) {
    sendSignal(former.pid, 'SIGKILL');
    await new Promise<void>((resolve) => timers.after(GONE_CHECK_MS, resolve));
  }
}

/** What a power cut has spoilt names nobody who is still alive. */
function parse(text: string | undefined): Former | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Former);
  } catch {
    return undefined;
  }
}

interface Former extends ProcessMark {
  readonly bootId: string;
}

/** Beside the bundled agent. */
export const defaultSpawnerPath = (): string => join(__dirname, 'spawner.cjs');
