import { appendFile } from 'node:fs/promises';
import type { LaunchId, Timers } from '@holdfast/core/base';
import { childrenOf, groupOf, isAlive, markOf, type ProcessMark, type ProcessSearch, sendSignal } from '../processes';
import type { Cgroup } from './cgroups';
import { type ContainerEnd, type ContainerLog, endOf, type Exit, limitLine, readContainerLog } from './container-log';
import type { ContainerUsage, Isolation } from './container-spec';

const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 1000;

export interface ContainerDeps {
  readonly launchId: LaunchId;
  readonly isolation: Isolation;
  readonly logPath: string;
  /** Absent: nothing limits it and counts what it uses. */
  readonly cgroup?: Cgroup;
  /** Says of which part of the container the programs of its set-up complain. */
  readonly explain?: (complaint: string) => string;
  readonly find: (search: ProcessSearch) => Promise<readonly number[]>;
  readonly timers: Pick<Timers, 'after'>;
}

/** In the environment of every process of a container, to find those that have left its session. */
export const launchVariable = (launchId: LaunchId): string => `HOLDFAST_LAUNCH_ID=${launchId}`;

/** One started container: the process that we started, and all that came of it. */
export class Container {
  /** Resolves when it is set up and waits to be released, when its command has been started, or when it is gone without. */
  readonly whenReady: Promise<void>;
  /** Resolves when its command has been started, or when it is gone without. */
  readonly whenRunning: Promise<void>;
  /** Resolves when no process of it is left, hence nothing that it had mounted, nor its control group. */
  readonly whenGone: Promise<ContainerEnd>;
  private resolveReady!: () => void;
  private resolveRunning!: () => void;
  private resolveGone!: (end: ContainerEnd) => void;
  private rejectGone!: (fault: unknown) => void;
  private isOver = false;
  private isKilled = false;
  private hasSaidReady = false;
  private hasStartedCommand = false;
  /** Seen alive by us: its session number has not been given to others since. */
  private wasAlive = false;
  /** Process 1 of its namespace, as seen from outside; its end takes all the others with it. */
  private init: ProcessMark | undefined;

  constructor(
    readonly mark: ProcessMark,
    private readonly deps: ContainerDeps,
  ) {
    this.whenReady = new Promise((resolve) => (this.resolveReady = resolve));
    this.whenRunning = new Promise((resolve) => (this.resolveRunning = resolve));
    this.whenGone = new Promise((resolve, reject) => {
      this.resolveGone = resolve;
      this.rejectGone = reject;
    });
  }

  /** Whether its command has been started, as far as we know yet. */
  get hasRun(): boolean {
    return this.hasStartedCommand;
  }

  /** Whether it waits to be released, or has been, and is not known to be over. */
  get isReady(): boolean {
    return (this.hasSaidReady || this.hasStartedCommand) && !this.isOver;
  }

  /** It is set up and waits to be released. */
  ready(): void {
    this.hasSaidReady = true;
    this.findInit();
    this.resolveReady();
  }

  /** The command has been started. */
  running(): void {
    this.hasStartedCommand = true;
    this.findInit();
    this.resolveReady();
    this.resolveRunning();
  }

  /** The process that we started has ended; `exit` if the system told us how. */
  exited(exit?: Exit): void {
    if (this.isOver) return;
    this.isOver = true;
    this.finish(exit).then(this.resolveGone, this.rejectGone);
  }

  /** For containers that are not children of our spawner any more: looks whether something happened. */
  async look(): Promise<void> {
    if (this.isOver) return;
    const isStillAlive = isAlive(this.mark);
    this.wasAlive ||= isStillAlive;
    if (!this.hasStartedCommand) {
      const log = await readContainerLog(this.deps.logPath);
      if (log.isRunning) this.running();
      else if (log.isReady) this.ready();
    }
    if (!isStillAlive) this.exited();
  }

  /** The process in whose namespaces its command runs, as this machine numbers it; undefined: it has not got that far, or is over. */
  get entrance(): number | undefined {
    if (this.isOver) return undefined;
    if (this.deps.isolation === 'plain') return isAlive(this.mark) ? this.mark.pid : undefined;
    this.findInit();
    return this.init && isAlive(this.init) ? this.init.pid : undefined;
  }

  get isolation(): Isolation {
    return this.deps.isolation;
  }

  get launchId(): LaunchId {
    return this.deps.launchId;
  }

  /** What a process has to write `0` to, to be in its control group. */
  get joins(): readonly string[] {
    return this.deps.cgroup?.joins ?? [];
  }

  /** What it has used so far; undefined without a control group, and when it is gone. */
  usage(): Promise<ContainerUsage | undefined> {
    return Promise.resolve(this.deps.cgroup?.usage());
  }

  /** SIGTERM to the command and what it has started. */
  terminate(): void {
    const { entrance } = this;
    // Not to the process that waits for process 1: it would end, and nobody hear of what happens inside.
    const group = entrance === undefined ? undefined : groupOf(entrance);
    if (group !== undefined) sendSignal(-group, 'SIGTERM');
  }

  /** Ends every process of it at once. */
  kill(): void {
    this.isKilled = true;
    this.findInit();
    // Ending process 1 first, and not the process that waits for it, means that the latter's end proves the end of all.
    if (this.init && isAlive(this.init)) sendSignal(this.init.pid, 'SIGKILL');
    else if (isAlive(this.mark)) sendSignal(-this.mark.pid, 'SIGKILL');
  }

  private findInit(): void {
    if (this.init || this.deps.isolation !== 'namespaces' || !isAlive(this.mark)) return;
    const [pid] = childrenOf(this.mark.pid);
    this.init = pid === undefined ? undefined : markOf(pid);
  }

  private async finish(exit: Exit | undefined): Promise<ContainerEnd> {
    this.wasAlive ||= exit !== undefined;
    await this.again(async () => {
      const left = await this.leftovers(exit);
      for (const pid of left) sendSignal(pid, 'SIGKILL');
      return left.length === 0;
    });
    // Its command has run and ended well: nothing that the log could say would change that, nor would a limit that was reached on the way.
    const isWell = this.hasStartedCommand && exit?.code === 0;
    const log = isWell ? { isRunning: true, exitCode: 0 } : await readContainerLog(this.deps.logPath);
    const limited = isWell ? undefined : (log.limited ?? (await this.limitReached()));
    await this.removeCgroup();
    this.hasStartedCommand ||= log.isRunning;
    this.resolveReady();
    this.resolveRunning();
    // On a full disk the log may lack what we have been told.
    const end = endOf({ ...this.explained(log), isRunning: this.hasStartedCommand, ...(limited && { limited }) }, exit);
    return this.isKilled && end.kind === 'failed' ? { kind: 'lost', problem: 'the container was killed' } : end;
  }

  /** Until it is done; a process that hangs in the system may take long to die. */
  private async again(isDone: () => boolean | Promise<boolean>): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !(await isDone()); waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      await new Promise<void>((resolve) => this.deps.timers.after(waitMs, resolve));
    }
  }

  /** Written down at once: with the group goes the only record of it. */
  private async limitReached(): Promise<ContainerLog['limited']> {
    const limited = this.deps.cgroup?.limitReached();
    if (limited) await appendFile(this.deps.logPath, limitLine(limited)).catch(() => undefined);
    return limited;
  }

  private async removeCgroup(): Promise<void> {
    const { cgroup } = this.deps;
    if (!cgroup) return;
    await this.again(() => {
      if (cgroup.remove()) return true;
      // Whatever else has come into it: what goes on in there belonged to the container.
      for (const pid of cgroup.members()) sendSignal(pid, 'SIGKILL');
      return false;
    });
  }

  private explained(log: ContainerLog): ContainerLog {
    const { explain } = this.deps;
    return log.complaint === undefined || !explain ? log : { ...log, complaint: explain(log.complaint) };
  }

  private async leftovers(exit: Exit | undefined): Promise<readonly number[]> {
    if (this.init) return isAlive(this.init) ? [this.init.pid] : [];
    // bwrap(1) ends of itself only after process 1 of the namespace, and with it all in there; unless it never got it set up, as on a full disk.
    const hasBeenSetUp = exit?.code === 0 || this.hasStartedCommand || this.hasSaidReady;
    if (this.deps.isolation === 'namespaces' && hasBeenSetUp && exit !== undefined && exit.signal === null) return [];
    const { launchId, find } = this.deps;
    return find({
      variable: launchVariable(launchId),
      startedSinceTicks: this.mark.startTicks,
      ...(this.wasAlive && { session: this.mark.pid }),
    });
  }
}
