import { type Holder, ok, refuse, type Refusal, refused, type Result } from '@holdfast/core/base';
import { convert, conversionOf, type ResourceOperation } from '@holdfast/core/offers';
import { isPersistentVolume, needsCheckpoint, type Resource, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import { splitVolumeKey, type VolumeKey } from '@holdfast/core/volumes';
import type { Checkpoint } from '../checkpoint';
import type { VolumeDirectories, VolumePath } from '../disks';
import { describeFault } from '../files';

export interface OperationDeps {
  readonly checkpoint: Checkpoint;
  readonly directories: VolumeDirectories;
  /** The launches of this agent whose containers have the volume, or are about to, or may still. */
  readonly holdersOf: (volume: VolumeKey) => readonly Holder[];
}

/** An operation that has taken its place in the order. `outcome` of a DESTROY comes when the data is gone, of the others it is there. */
export interface BegunOperation {
  readonly outcome: Promise<Result<void>>;
}

type Named = VolumePath & { readonly resource: Resource };

/** Failed creations that are remembered for the launches that follow them. */
const FAILURES_KEPT = 1000;

/** RESERVE, UNRESERVE, CREATE and DESTROY as the agent carries them out: in the order in which they are begun, each all or nothing. */
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
   * the launches behind a DESTROY do not build on its end.
   */
  async begin(operation: ResourceOperation): Promise<BegunOperation> {
    await this.deletion;
    const resources = operation.resources.map(unallocated);
    if (operation.type === 'DESTROY') return this.destroy(resources);
    const outcome = operation.type === 'CREATE' ? await this.create(resources) : await this.rebook(operation.type, resources);
    return { outcome: Promise.resolve(outcome) };
  }

  /** Deletes what an earlier agent had begun to delete; the reasons of those that it cannot. */
  async finishDeletions(): Promise<readonly string[]> {
    const { checkpoint } = this.deps;
    const named = this.locate(checkpoint.resources.persistentVolumes().toList());
    if (!named.ok) return [named.refusal.message];
    const begun = named.value.filter(({ key }) => checkpoint.destroying.has(key));
    if (begun.length === 0) return [];
    const outcome = await this.eraseAll(begun);
    return outcome.ok ? [] : [outcome.refusal.message];
  }

  private async create(resources: readonly Resource[]): Promise<Result<void>> {
    const named = this.locate(resources);
    if (!named.ok) return named;
    const isThere = named.value.map((volume) => this.checkpointed(volume.key));
    // All of it is there as wanted: the same call again.
    if (named.value.every(({ resource }, at) => isThere[at] && isSame(isThere[at], resource) && !this.isDestroying(named.value[at]!.key))) {
      return ok(undefined);
    }
    const outcome = await this.createNew(named.value);
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

  private async createNew(volumes: readonly Named[]): Promise<Result<void>> {
    const keys = new Set<VolumeKey>();
    for (const { key } of volumes) {
      // By key and never by sums, in which equal shared volumes become one.
      if (this.checkpointed(key) || keys.has(key)) return refused(refuse('volume_exists', splitVolumeKey(key)));
      keys.add(key);
    }
    return this.convert(
      'CREATE',
      volumes.map(({ resource }) => resource),
    );
  }

  private async rebook(type: 'RESERVE' | 'UNRESERVE', resources: readonly Resource[]): Promise<Result<void>> {
    // It would change the path of the data.
    const volume = resources.find(isPersistentVolume);
    if (volume) return cannot(`${type} may not name a persistent volume (${volume.disk?.persistence?.id})`);
    return this.convert(type, resources);
  }

  private async convert(type: 'RESERVE' | 'UNRESERVE' | 'CREATE', resources: readonly Resource[]): Promise<Result<void>> {
    const { checkpoint } = this.deps;
    const total = convert(checkpoint.total, conversionOf(type, resources));
    if (!total.ok) return cannot(total.refusal.message);
    return checkpoint.commit({ resources: total.value.filter(needsCheckpoint), destroying: checkpoint.destroying });
  }

  private async destroy(resources: readonly Resource[]): Promise<BegunOperation> {
    const begun = await this.announceDestruction(resources);
    if (!begun.ok) return { outcome: Promise.resolve(begun) };
    const outcome = this.eraseAll(begun.value);
    this.deletion = outcome.catch(() => undefined);
    return { outcome };
  }

  /** Checks, then commits the intent to delete: the point from which a crash leads forward. Volumes that are gone already are left out. */
  private async announceDestruction(resources: readonly Resource[]): Promise<Result<readonly Named[]>> {
    const named = this.locate(resources);
    if (!named.ok) return named;
    const present: Named[] = [];
    for (const volume of named.value) {
      const known = this.checkpointed(volume.key);
      if (!known) continue;
      if (!isSame(known, volume.resource)) return refused(refuse('volume_not_found', splitVolumeKey(volume.key)));
      const holders = this.deps.holdersOf(volume.key);
      if (holders.length > 0) return refused(refuse('volume_in_use', { ...splitVolumeKey(volume.key), holders }));
      present.push({ ...volume, resource: known });
    }
    const { checkpoint } = this.deps;
    if (present.every(({ key }) => this.isDestroying(key))) return ok(present);
    const destroying = new Set([...checkpoint.destroying, ...present.map(({ key }) => key)]);
    const committed = await checkpoint.commit({ resources: checkpoint.resources, destroying });
    return committed.ok ? ok(present) : committed;
  }

  private async eraseAll(volumes: readonly Named[]): Promise<Result<void>> {
    if (volumes.length === 0) return ok(undefined);
    const { checkpoint, directories } = this.deps;
    for (const volume of volumes) {
      try {
        await directories.erase(volume);
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
    return checkpoint.commit({
      resources: total.value.filter(needsCheckpoint),
      destroying: new Set([...checkpoint.destroying].filter((key) => !gone.has(key))),
    });
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

const cannot = (problem: string): { readonly ok: false; readonly refusal: Refusal } => refused(refuse('agent_failed', { problem }));
