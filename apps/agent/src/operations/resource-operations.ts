import { type Holder, ok, refuse, type Refusal, refused, type Result } from '@holdfast/core/base';
import { type Conversion, convert, conversionOf, type ResizeOperation, type ResourceOperation } from '@holdfast/core/offers';
import { isPersistentVolume, needsCheckpoint, type Resource, Resources, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import { splitVolumeKey, type VolumeKey } from '@holdfast/core/volumes';
import { failpoint } from '@holdfast/platform/failpoints';
import type { Checkpoint, CheckpointChange, TrackedOperation } from '../checkpoint';
import type { VolumeDirectories, VolumePath } from '../disks';
import { describeFault } from '../files';
import type { OperationFeedback } from './operation-feedback';
import { planResize } from './resize-volume';

export interface OperationDeps {
  readonly checkpoint: Checkpoint;
  readonly directories: VolumeDirectories;
  readonly feedback: Pick<OperationFeedback, 'finished' | 'conclude'>;
  /** The launches of this agent whose containers have the volume, or are about to, or may still. */
  readonly holdersOf: (volume: VolumeKey) => readonly Holder[];
  /** What has the volume mounted although no launch is known to, one phrase each. Absent: nobody looks. */
  readonly foreignMounts?: (volume: VolumePath) => Promise<readonly string[]>;
  /** Its data is gone and that is committed. */
  readonly onDestroyed?: (volume: VolumeKey) => void;
}

/** An operation that has taken its place in the order. `outcome` of a DESTROY comes when the data is gone, of the others it is there. */
export interface BegunOperation {
  readonly outcome: Promise<Result<void>>;
}

type Named = VolumePath & { readonly resource: Resource };

/** Failed creations that are remembered for the launches that follow them. */
const FAILURES_KEPT = 1000;

/** Operations as the agent carries them out: in the order in which they are begun, each all or nothing. */
export class ResourceOperations {
  private deletion: Promise<unknown> = Promise.resolve();
  private readonly failedCreations = new Map<VolumeKey, string>();

  constructor(private readonly deps: OperationDeps) {}

  /** Why the last CREATE of this volume failed; undefined if it did not. */
  creationFailure(volume: VolumeKey): string | undefined {
    return this.failedCreations.get(volume);
  }

  /** Resolves when no data is being deleted. */
  async deletionsDone(): Promise<void> {
    await this.deletion;
  }

  /**
   * Resolves when whatever comes next in order may go on; call again only then, and after deletionsDone. Deleting much data takes long, and
   * the launches behind a DESTROY do not build on its end. `tracked`: the success is remembered for its framework, in the same step.
   */
  async begin(operation: ResourceOperation | ResizeOperation, tracked?: TrackedOperation): Promise<BegunOperation> {
    await this.deletion;
    switch (operation.type) {
      case 'DESTROY':
        return this.destroy(operation.resources.map(unallocated), tracked);
      case 'CREATE':
        return over(await this.create(operation.resources.map(unallocated), tracked));
      case 'RESERVE':
      case 'UNRESERVE':
        return over(await this.rebook(operation.type, operation.resources.map(unallocated), tracked));
      case 'GROW_VOLUME':
      case 'SHRINK_VOLUME':
        return over(await this.resize(operation, tracked));
    }
  }

  /** Deletes what an earlier agent had begun to delete; the reasons of those that it cannot. */
  async finishDeletions(): Promise<readonly string[]> {
    const { checkpoint } = this.deps;
    const named = this.locate(checkpoint.resources.persistentVolumes().toList());
    if (!named.ok) return [named.refusal.message];
    const begun = named.value.filter(({ key }) => checkpoint.destroying.has(key));
    const { unfinished } = checkpoint;
    if (begun.length === 0 && !unfinished) return [];
    const outcome = await this.eraseAll(begun, unfinished?.converted ?? Resources.empty, unfinished);
    if (unfinished) await this.deps.feedback.conclude(unfinished, outcome);
    return outcome.ok ? [] : [outcome.refusal.message];
  }

  private async create(resources: readonly Resource[], tracked: TrackedOperation | undefined): Promise<Result<void>> {
    const named = this.locate(resources);
    if (!named.ok) return named;
    const isThere = named.value.map((volume) => this.checkpointed(volume.key));
    // All of it is there as wanted: the same call again.
    if (named.value.every(({ resource }, at) => isThere[at] && isSame(isThere[at], resource) && !this.isDestroying(named.value[at]!.key))) {
      return this.commit({}, Resources.of(resources), tracked);
    }
    const outcome = await this.createNew(named.value, tracked);
    for (const { key } of named.value) {
      this.failedCreations.delete(key);
      if (!outcome.ok) this.failedCreations.set(key, outcome.refusal.message);
    }
    for (const key of this.failedCreations.keys()) {
      if (this.failedCreations.size <= FAILURES_KEPT) break;
      this.failedCreations.delete(key);
    }
    return outcome;
  }

  private async createNew(volumes: readonly Named[], tracked: TrackedOperation | undefined): Promise<Result<void>> {
    const keys = new Set<VolumeKey>();
    for (const { key } of volumes) {
      // By key and never by sums, in which equal shared volumes become one.
      if (this.checkpointed(key) || keys.has(key)) return refused(refuse('volume_exists', splitVolumeKey(key)));
      keys.add(key);
    }
    const resources = volumes.map(({ resource }) => resource);
    return this.convert(conversionOf('CREATE', resources), tracked);
  }

  private async rebook(
    type: 'RESERVE' | 'UNRESERVE',
    resources: readonly Resource[],
    tracked: TrackedOperation | undefined,
  ): Promise<Result<void>> {
    // It would change the path of the data.
    const volume = resources.find(isPersistentVolume);
    if (volume) return cannot(`${type} may not name a persistent volume (${volume.disk?.persistence?.id})`);
    return this.convert(conversionOf(type, resources), tracked);
  }

  /** Tasks may use it meanwhile: the path of its data stays, and with it what they have mounted. */
  private async resize(operation: ResizeOperation, tracked: TrackedOperation | undefined): Promise<Result<void>> {
    const named = this.locate([operation.volume]);
    if (!named.ok) return named;
    const [{ key }] = named.value as readonly [Named];
    const plan = planResize(operation, key, this.isDestroying(key) ? undefined : this.checkpointed(key));
    if (!plan.ok) return plan;
    const { conversion, isDone } = plan.value;
    return isDone ? this.commit({}, conversion.produced, tracked) : this.convert(conversion, tracked);
  }

  private async convert(conversion: Conversion, tracked: TrackedOperation | undefined): Promise<Result<void>> {
    const total = convert(this.deps.checkpoint.total, conversion);
    if (!total.ok) return cannot(total.refusal.message);
    return this.commit({ resources: total.value.filter(needsCheckpoint) }, conversion.produced, tracked);
  }

  /** The effect, and that it has taken place, in one step. */
  private async commit(change: CheckpointChange, converted: Resources, tracked: TrackedOperation | undefined): Promise<Result<void>> {
    const outcome = tracked && this.deps.feedback.finished(tracked, converted);
    const next: CheckpointChange = { ...change, ...(outcome && { outcome }) };
    return Object.keys(next).length === 0 ? ok(undefined) : this.deps.checkpoint.commit(next);
  }

  private async destroy(resources: readonly Resource[], tracked: TrackedOperation | undefined): Promise<BegunOperation> {
    const { produced } = conversionOf('DESTROY', resources);
    const begun = await this.announceDestruction(resources, produced, tracked);
    if (!begun.ok) return { outcome: Promise.resolve(begun) };
    const outcome = this.eraseAll(begun.value, produced, tracked);
    this.deletion = outcome.catch(() => undefined);
    return { outcome };
  }

  /** Checks, then commits the intent to delete: the point from which a crash leads forward. Volumes that are gone already are left out. */
  private async announceDestruction(
    resources: readonly Resource[],
    converted: Resources,
    tracked: TrackedOperation | undefined,
  ): Promise<Result<readonly Named[]>> {
    const named = this.locate(resources);
    if (!named.ok) return named;
    const present: Named[] = [];
    for (const volume of named.value) {
      const known = this.checkpointed(volume.key);
      if (!known) continue;
      if (!isSame(known, volume.resource)) return refused(refuse('volume_not_found', splitVolumeKey(volume.key)));
      const holders = this.deps.holdersOf(volume.key);
      if (holders.length > 0) return refused(refuse('volume_in_use', { ...splitVolumeKey(volume.key), holders }));
      const mounted = await this.mountedElsewhere(volume);
      if (mounted) return mounted;
      present.push({ ...volume, resource: known });
    }
    const { checkpoint } = this.deps;
    if (present.every(({ key }) => this.isDestroying(key)) && !tracked) return ok(present);
    const destroying = new Set([...checkpoint.destroying, ...present.map(({ key }) => key)]);
    const committed = await checkpoint.commit({ destroying, ...(tracked && { unfinished: { ...tracked, converted } }) });
    return committed.ok ? ok(present) : committed;
  }

  private async eraseAll(volumes: readonly Named[], converted: Resources, tracked: TrackedOperation | undefined): Promise<Result<void>> {
    const isOver: CheckpointChange = tracked ? { finished: tracked.operationUuid } : {};
    if (volumes.length === 0) return this.commit(isOver, converted, tracked);
    const { checkpoint, directories } = this.deps;
    for (const volume of volumes) {
      try {
        failpoint('agent.before_delete');
        // Again, since a DESTROY that an earlier agent had begun comes here directly.
        const mounted = await this.mountedElsewhere(volume);
        if (mounted) return mounted;
        await directories.erase(volume);
        failpoint('agent.after_delete');
      } catch (fault) {
        return cannot(
          `the data of volume ${volume.key} could not all be deleted: ${describeFault(fault)}; repeat the DESTROY when that is mended`,
        );
      }
    }
    const gone = new Set(volumes.map(({ key }) => key));
    // The disk under them is ordinary reserved disk again.
    const total = convert(
      checkpoint.total,
      conversionOf(
        'DESTROY',
        volumes.map(({ resource }) => resource),
      ),
    );
    if (!total.ok) return cannot(total.refusal.message);
    const destroying = new Set([...checkpoint.destroying].filter((key) => !gone.has(key)));
    const change = { ...isOver, resources: total.value.filter(needsCheckpoint), destroying };
    const committed = await this.commit(change, converted, tracked);
    if (committed.ok) for (const key of gone) this.deps.onDestroyed?.(key);
    return committed;
  }

  private async mountedElsewhere(volume: Named): Promise<{ readonly ok: false; readonly refusal: Refusal } | undefined> {
    const mounts = (await this.deps.foreignMounts?.(volume)) ?? [];
    if (mounts.length === 0) return undefined;
    return cannot(
      `the data of volume ${volume.key} is not deleted while it is mounted elsewhere: ${mounts.join('; ')}; unmount it and repeat the DESTROY`,
    );
  }

  private locate(resources: readonly Resource[]): Result<readonly Named[]> {
    const named: Named[] = [];
    for (const resource of resources) {
      const located = this.deps.directories.pathOf(resource);
      if (!located.ok) return located;
      named.push({ ...located.value, resource });
    }
    return ok(named);
  }

  private checkpointed(key: VolumeKey): Resource | undefined {
    return this.deps.checkpoint.resources
      .persistentVolumes()
      .toList()
      .find((volume) => this.keyOf(volume) === key);
  }

  private keyOf(resource: Resource): VolumeKey | undefined {
    if (!isPersistentVolume(resource)) return undefined;
    const located = this.deps.directories.pathOf(resource);
    return located.ok ? located.value.key : undefined;
  }

  private isDestroying(key: VolumeKey): boolean {
    return this.deps.checkpoint.destroying.has(key);
  }
}

/** The size of a volume is part of its identity: DESTROY names it exactly. */
const isSame = (a: Resource, b: Resource): boolean => unallocatedIdentity(a) === unallocatedIdentity(b);

const over = (outcome: Result<void>): BegunOperation => ({ outcome: Promise.resolve(outcome) });

const cannot = (problem: string): { readonly ok: false; readonly refusal: Refusal } => refused(refuse('agent_failed', { problem }));
