import type { ReportedTask } from '@holdfast/contracts';
import { isTerminal, type TaskRef, type TaskState } from '@holdfast/core/tasks';
import type { Logger } from '@holdfast/platform/process';
import { describeFault, removeIfPresent } from '../files';
import { type LaunchEvent, LaunchJournal } from './launch-journal';
import type { LaunchRecord } from './launch-record';
import { LaunchReports, type ReportDeps, type Told, type ToldEvent } from './launch-reports';

export interface AccountDeps extends ReportDeps {
  readonly log: Logger;
}

/**
 * What is remembered of one launch and told of it: each thing is on the disk before it is said to anybody, and all of it is kept until the
 * master has confirmed the end.
 */
export class LaunchAccount {
  readonly reports: LaunchReports;
  private readonly journal: LaunchJournal;
  /** On the disk, so that events can be added to it. */
  private isRemembered = false;

  constructor(
    private readonly record: LaunchRecord,
    private readonly file: string,
    private readonly deps: AccountDeps,
    /** The master has confirmed everything. */
    private readonly onFinished: () => void,
  ) {
    this.journal = new LaunchJournal(file, deps.world, (fault) =>
      deps.log.error({ err: fault, ...this.ref }, 'what happened to a task could not be written down'),
    );
    this.reports = new LaunchReports(record, this.journal, deps);
  }

  get ref(): TaskRef {
    return this.reports.ref;
  }

  get state(): TaskState {
    return this.reports.state;
  }

  get isGone(): boolean {
    return this.reports.isGone;
  }

  /** As it stands in the report to a master that may know nothing: until it is gone, and until its last state has been acknowledged. */
  get report(): ReportedTask | undefined {
    const { framework, info, launchId } = this.record;
    return isTerminal(this.state) && this.reports.isDrained ? undefined : { framework, info, launchId, state: this.state };
  }

  /**
   * Begins the file with the launch itself and its first status, which is on its way then, if there is one, and with what has happened before
   * it could be. Resolves with why that does not work.
   */
  async remember(events: () => readonly LaunchEvent[], first?: Told): Promise<string | undefined> {
    try {
      if (first) await this.reports.sayFirst(first);
      else await this.journal.create(this.record);
      this.isRemembered = true;
      const before = events();
      if (before.length > 0) void this.journal.append(...before);
      return undefined;
    } catch (fault) {
      return `the agent cannot write it down: ${describeFault(fault)}`;
    }
  }

  /** Resolves when it is written down; nothing is before `remember`, which is given it then. */
  async note(event: LaunchEvent): Promise<void> {
    if (this.isRemembered) await this.journal.append(event);
  }

  /** Takes in what an earlier agent has written down; returns the events that are not about what is told. */
  replay(events: readonly LaunchEvent[]): readonly Exclude<LaunchEvent, ToldEvent>[] {
    this.isRemembered = true;
    const rest: Exclude<LaunchEvent, ToldEvent>[] = [];
    for (const event of events) {
      if (isTold(event)) this.reports.replay(event);
      else rest.push(event);
    }
    return rest;
  }

  /** Whether an earlier agent has written down all there was to find out. If so, what is not confirmed is said again. */
  resumeIfOver(): boolean {
    if (!this.isGone || !isTerminal(this.state)) {
      this.reports.retractGone();
      return false;
    }
    if (!this.finishIfConfirmed()) this.reports.resend();
    return true;
  }

  /** False: not the status that waits. */
  acknowledge(uuid: Uint8Array): boolean {
    const isExpected = this.reports.acknowledge(uuid);
    if (isExpected) this.finishIfConfirmed();
    return isExpected;
  }

  confirmGone(): void {
    this.reports.confirmGone();
    this.finishIfConfirmed();
  }

  /** No more timers; resolves when all that happened is written down. */
  close(): Promise<void> {
    this.reports.stop();
    return this.journal.close();
  }

  /** True: nothing is left to do, and the file is going. */
  private finishIfConfirmed(): boolean {
    if (!this.reports.isComplete) return false;
    this.removeFile().catch((fault: unknown) =>
      this.deps.log.warn({ err: fault, ...this.ref }, 'the journal of an ended task could not be removed'),
    );
    this.onFinished();
    return true;
  }

  private async removeFile(): Promise<void> {
    this.reports.stop();
    await this.journal.discard();
    await removeIfPresent(this.file);
  }
}

const TOLD: readonly LaunchEvent['kind'][] = ['status', 'acknowledged', 'gone', 'gone_confirmed'];

const isTold = (event: LaunchEvent): event is ToldEvent => TOLD.includes(event.kind);
