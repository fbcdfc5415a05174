import { assert, ok, type OperationUuid, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import { applyCheckpointed, Resources, toConfigured } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import { failpoint } from '@holdfast/platform/failpoints';
import type { VolumeDirectories, VolumePath } from '../disks';
import { describeFault } from '../files';
import { StartFault } from '../store';
import type { CheckpointFiles } from './checkpoint-files';
import {
  type CheckpointRecord,
  decodeRecord,
  encodeRecord,
  isSameOperation,
  type OperationOutcome,
  type UnfinishedOperation,
} from './checkpoint-record';

/** A change could neither be finished nor taken back. The agent must end: at its next start the disk says which of the two it is. */
export class CheckpointBroken extends Error {
  override readonly name = 'CheckpointBroken';
}

export interface CheckpointDeps {
  readonly files: CheckpointFiles;
  readonly directories: VolumeDirectories;
  /** What `--resources` declares. */
  readonly configured: Resources;
  /** Told how long each commit took, in milliseconds. */
  readonly onCommitted?: (durationMs: number) => void;
}

/** What is not named stays as it is. */
export interface CheckpointChange {
  readonly resources?: Resources;
  readonly destroying?: ReadonlySet<VolumeKey>;
  readonly unfinished?: UnfinishedOperation;
  /** Is not unfinished any more, if it was. */
  readonly finished?: OperationUuid;
  /** To be remembered from now on, in the place of an earlier one of the same operation. */
  readonly outcome?: OperationOutcome;
  /** Outcomes that nobody has to hear of any more. */
  readonly forgets?: (outcome: OperationOutcome) => boolean;
}

const EMPTY: CheckpointRecord = { resources: Resources.empty, destroying: new Set(), outcomes: [] };

/**
 * The agent's reservations and volumes, on the disk before they count: the target file is written, directories are made and
 * deleted, the target replaces the committed file, memory follows.
 *
 * Until the replacement everything can be taken back, and is if a step fails, so that a full disk costs the operation and not the agent.
 * The one thing that cannot be taken back, deleting data, is therefore not begun before the intent to is committed (`destroying`).
 * From the replacement on there is no way back: what fails then ends the agent.
 */
export class Checkpoint {
  /** Changes are made one after the other: acknowledgements come while operations are carried out. */
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly deps: CheckpointDeps,
    private record: CheckpointRecord,
    private whole: Resources,
  ) {}

  /**
   * Reads what was committed. A whole target that a crash has left is carried out first; a torn one is dropped: its change was never
   * confirmed to anybody. Throws StartFault when the files cannot be read, or when the configured resources no longer cover what is
   * remembered.
   */
  static async open(deps: CheckpointDeps): Promise<Checkpoint> {
    const { files } = deps;
    const committed = (await readRecord(files, 'committed')) ?? EMPTY;
    const target = await readRecord(files, 'target');
    const checkpoint = new Checkpoint(deps, committed, totalOf(deps, target ?? committed));
    if (target === undefined) await files.dropTarget();
    else await checkpoint.redo(target);
    return checkpoint;
  }

  /** Dynamic reservations and volumes, each volume once. */
  get resources(): Resources {
    return this.record.resources;
  }

  /** Volumes whose data is being deleted; they are still among the resources, as their disk is not free. */
  get destroying(): ReadonlySet<VolumeKey> {
    return this.record.destroying;
  }

  /** What became of operations and is not acknowledged. */
  get outcomes(): readonly OperationOutcome[] {
    return this.record.outcomes;
  }

  /** A DESTROY that an earlier agent has not finished, or that is being carried out. */
  get unfinished(): UnfinishedOperation | undefined {
    return this.record.unfinished;
  }

  /** Everything that the agent has, with its reservations and volumes. */
  get total(): Resources {
    return this.whole;
  }

  /**
   * Makes the next state last. Refused with `agent_failed` and nothing changed if the disk does not let us; throws CheckpointBroken if it
   * is not certain that nothing changed.
   */
  commit(change: CheckpointChange): Promise<Result<void>> {
    const committed = this.tail.then(() => this.commitNext(changed(this.record, change)));
    this.tail = committed.catch(() => undefined);
    return committed;
  }

  /** Resolves when no change is being made. */
  async settled(): Promise<void> {
    await this.tail;
  }

  private async commitNext(next: CheckpointRecord): Promise<Result<void>> {
    const whole = applyCheckpointed(this.deps.configured, next.resources);
    if (!whole.ok) return refused(refuse('agent_failed', { problem: whole.refusal.message }));
    const change = this.directoryChange(next);
    if (!change.ok) return change;
    const { files, directories } = this.deps;
    const made: VolumePath[] = [];
    const startMs = performance.now();
    const isAnnounced = change.value.vanishing.every(({ key }) => this.record.destroying.has(key));
    assert(isAnnounced, 'no data is deleted before the intent to is committed');
    try {
      await files.writeTarget(encodeRecord(next));
      for (const volume of change.value.appearing) if (await directories.make(volume)) made.push(volume);
      for (const volume of change.value.vanishing) await directories.erase(volume);
      failpoint('agent.before_commit');
      await files.commitTarget();
    } catch (fault) {
      await this.takeBack(made, fault);
      return refused(cannotKeep(fault));
    }
    await this.sealed(next, whole.value);
    failpoint('agent.after_commit');
    this.deps.onCommitted?.(performance.now() - startMs);
    return ok(undefined);
  }

  private async sealed(next: CheckpointRecord, whole: Resources): Promise<void> {
    try {
      await this.deps.files.syncCommitted();
    } catch (fault) {
      throw new CheckpointBroken(`The change of reservations and volumes may or may not be on the disk: ${describeFault(fault)}.`, {
        cause: fault,
      });
    }
    this.record = next;
    this.whole = whole;
  }

  private async takeBack(made: readonly VolumePath[], reason: unknown): Promise<void> {
    try {
      // Directories first: were the target gone before them, a crash in between would leave them behind for nobody.
      for (const volume of made) await this.deps.directories.unmake(volume);
      await this.deps.files.dropTarget();
    } catch (fault) {
      throw new CheckpointBroken(
        `A change of reservations and volumes failed (${describeFault(reason)}) and could not be taken back (${describeFault(fault)}).`,
        { cause: fault },
      );
    }
  }

  private async redo(target: CheckpointRecord): Promise<void> {
    const change = this.directoryChange(target);
    const { files, directories } = this.deps;
    try {
      if (!change.ok) throw new Error(change.refusal.message);
      for (const volume of change.value.appearing) await directories.make(volume);
      for (const volume of change.value.vanishing) await directories.erase(volume);
      await files.commitTarget();
      await files.syncCommitted();
    } catch (fault) {
      throw new StartFault(
        `A change of reservations and volumes that was cut off stands in ${files.directory} and cannot be finished: ${describeFault(fault)}. Mend that and start the agent again.`,
        fault,
      );
    }
    this.record = target;
  }

  /** By paths, so that a volume that is there before and after, in whatever size, is left alone. */
  private directoryChange(
    next: CheckpointRecord,
  ): Result<{ readonly appearing: readonly VolumePath[]; readonly vanishing: readonly VolumePath[] }> {
    const before = this.volumePaths(this.record.resources);
    if (!before.ok) return before;
    const after = this.volumePaths(next.resources);
    if (!after.ok) return after;
    return ok({
      appearing: [...after.value.values()].filter(({ path }) => !before.value.has(path)),
      vanishing: [...before.value.values()].filter(({ path }) => !after.value.has(path)),
    });
  }

  private volumePaths(resources: Resources): Result<ReadonlyMap<string, VolumePath>> {
    const paths = new Map<string, VolumePath>();
    for (const volume of resources.persistentVolumes().toList()) {
      const located = this.deps.directories.pathOf(volume);
      if (!located.ok) return located;
      paths.set(located.value.path, located.value);
    }
    return ok(paths);
  }
}

function changed(now: CheckpointRecord, change: CheckpointChange): CheckpointRecord {
  const { resources, destroying, unfinished, finished, outcome, forgets } = change;
  const kept = now.outcomes.filter((known) => !forgets?.(known) && !(outcome && isSameOperation(known, outcome)));
  const next = unfinished ?? (finished !== undefined && now.unfinished?.operationUuid === finished ? undefined : now.unfinished);
  return {
    resources: resources ?? now.resources,
    destroying: destroying ?? now.destroying,
    outcomes: outcome ? [...kept, outcome] : kept,
    ...(next && { unfinished: next }),
  };
}

async function readRecord(files: CheckpointFiles, which: 'committed' | 'target'): Promise<CheckpointRecord | undefined> {
  const text = await (which === 'committed' ? files.readCommitted() : files.readTarget());
  if (text === undefined) return undefined;
  const record = decodeRecord(text);
  if (record === undefined && which === 'target') return undefined;
  if (record !== undefined && record !== 'unknown_format') return record;
  const problem = record === undefined ? 'are damaged' : 'were written by another version of the agent';
  throw new StartFault(
    `The checkpointed reservations and volumes in ${files.directory} ${problem}. Restore them from a copy, or start that version; to give up all volumes of this agent, use an empty work directory.`,
  );
}

function totalOf({ configured }: CheckpointDeps, { resources }: CheckpointRecord): Resources {
  const whole = applyCheckpointed(configured, resources);
  if (whole.ok) return whole.value;
  throw new StartFault(
    `The resources of this agent (HOLDFAST_AGENT_RESOURCES, ${configured}) no longer cover the reservations and volumes that it keeps (${resources}): ${missingFrom(configured, resources)} is missing. Add that and start it again. To give up volumes, destroy them while it runs with its former resources; to give up all of them, use an empty work directory.`,
  );
}

/** What was never reserved cannot be missing of it: subtracting leaves nothing below nothing. */
const missingFrom = (configured: Resources, kept: Resources): Resources => kept.map(toConfigured).subtract(configured);

const cannotKeep = (fault: unknown): Refusal =>
  refuse('agent_failed', { problem: `the change could not be put on its disk: ${describeFault(fault)}; nothing was changed` });
