import { constants } from 'node:os';
import type { Timers } from '@holdfast/core/base';
import { isAlive, type ProcessMark, sendSignal } from '../processes';
import type { SpawnerAnswer, StartRequest } from './spawner-messages';

/** How a process beside a container's command ended. */
export type BesideEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly hasRun: boolean; readonly complaint: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'failed'; readonly problem: string };

interface Running {
  readonly timeoutMs: number;
  readonly resolve: (end: BesideEnd) => void;
  mark?: ProcessMark;
  hasRun: boolean;
  isLate: boolean;
  cancelTimeout?: () => void;
}

export interface BesidesDeps {
  readonly send: (request: StartRequest) => void;
  readonly timers: Timers;
}

/**
 * Processes that go with a container which is there already: checks, and what changes its mounts. Nobody takes them over; a crash of the
 * spawner ends the waiting for them.
 */
export class Besides {
  private readonly running = new Map<number, Running>();

  constructor(private readonly deps: BesidesDeps) {}

  /** `timeoutMs`: then it is killed, with what it has started and left in its process group; 0: never. */
  run(request: StartRequest, timeoutMs: number): Promise<BesideEnd> {
    return new Promise((resolve) => {
      this.running.set(request.id, { timeoutMs, resolve, hasRun: false, isLate: false });
      this.deps.send(request);
    });
  }

  /** False: it is not about one of these. */
  answered(answer: SpawnerAnswer): boolean {
    const one = this.running.get(answer.id);
    if (!one) return false;
    switch (answer.kind) {
      case 'started':
        one.mark = answer.mark;
        if (one.timeoutMs > 0) one.cancelTimeout = this.deps.timers.after(one.timeoutMs, () => this.late(one));
        break;
      case 'running':
        one.hasRun = true;
        break;
      case 'ready':
        break;
      case 'failed':
        this.end(answer.id, one, { kind: 'failed', problem: answer.problem });
        break;
      case 'exited':
        this.end(answer.id, one, endOf(one, answer));
        break;
    }
    return true;
  }

  /** Nobody will tell how these end. */
  spawnerGone(): void {
    for (const [id, one] of this.running) {
      kill(one);
      this.end(id, one, { kind: 'failed', problem: 'the process that had started it is gone' });
    }
  }

  stop(): void {
    for (const one of this.running.values()) one.cancelTimeout?.();
  }

  private late(one: Running): void {
    one.isLate = true;
    kill(one);
  }

  private end(id: number, one: Running, end: BesideEnd): void {
    one.cancelTimeout?.();
    this.running.delete(id);
    one.resolve(end);
  }
}

function kill({ mark }: Running): void {
  if (mark && isAlive(mark)) sendSignal(-mark.pid, 'SIGKILL');
}

function endOf(one: Running, exit: SpawnerAnswer & { readonly kind: 'exited' }): BesideEnd {
  if (one.isLate) return { kind: 'timed_out' };
  const complaint = (exit.complaint ?? '').split('\n').join(': ');
  // 128 + n, as shells have it; nsenter passes on by which signal its child ended.
  const code = exit.code ?? 128 + (exit.signal === null ? 0 : constants.signals[exit.signal as NodeJS.Signals]);
  return { kind: 'exited', code, hasRun: one.hasRun, complaint };
}
