import { type Resource, Resources, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { AgentVolume } from './operation-surroundings';

/** A persistent volume that the accepted offers hold, or that an earlier operation creates. */
export interface VolumeInHand {
  /** With allocation role. */
  readonly resource: Resource;
  /** How many the offers hold together: what one task may ask for at most. Launches do not drain it. */
  readonly copies: number;
  /** The step that creates it; absent if it is there anyway. */
  readonly createdBy?: number;
  /** The step that gives it another size: nothing may use it after that (B-060). */
  readonly resizedBy?: number;
}

/**
 * The persistent volumes while an ACCEPT is being planned. Quantities shrink with each launch, the set of usable shared volumes does not; only
 * CREATE, DESTROY, GROW_VOLUME and SHRINK_VOLUME change it, and only for the volumes that they name (GAP A-060). A volume that is to be destroyed stays in hand: whether it
 * is, the ledger decides, and then refuses either the DESTROY or every later holder. Lives within one planning.
 */
export class PlannedVolumes {
  private readonly inHand = new Map<VolumeKey, VolumeInHand>();
  private readonly taken = new Set<VolumeKey>();
  private onAgent: Map<VolumeKey, AgentVolume> | undefined;

  constructor(
    /** The volumes of the offers only. */
    offered: Resources,
    private readonly agentTotal: Resources,
  ) {
    for (const { resource, copies } of offered.entries()) this.inHand.set(keyOfVolume(resource), { resource, copies });
  }

  /** The volumes in hand that can be used, each with its copies. */
  get all(): Resources {
    return Resources.ofEntries([...this.inHand.values()].filter(({ resizedBy }) => resizedBy === undefined));
  }

  find(key: VolumeKey): VolumeInHand | undefined {
    return this.inHand.get(key);
  }

  findOnAgent(key: VolumeKey): AgentVolume | undefined {
    return this.agentVolumes().get(key);
  }

  /**
   * Whether the agent has no volume of this key that is another by now: a resize may have come between the offer and its ACCEPT. Of a volume that
   * is not there at all the ledger says so.
   */
  isCurrent(volume: Resource): boolean {
    const bare = unallocated(volume);
    if (this.agentTotal.count(bare) > 0) return true;
    const known = this.findOnAgent(keyOfVolume(volume));
    return !known || unallocatedIdentity(known.resource) === unallocatedIdentity(bare);
  }

  /** A volume that is not shared serves one task; answers whether it is still free. */
  isFree(key: VolumeKey): boolean {
    return !this.taken.has(key);
  }

  take(key: VolumeKey): void {
    if (!this.inHand.get(key)?.resource.shared) this.taken.add(key);
  }

  create(volume: Resource, step: number): void {
    const key = keyOfVolume(volume);
    this.inHand.set(key, { resource: volume, copies: 1, createdBy: step });
    this.agentVolumes().set(key, { resource: unallocated(volume) });
  }

  destroy(key: VolumeKey, step: number): void {
    const known = this.agentVolumes().get(key);
    if (known) this.agentVolumes().set(key, { ...known, destroyedBy: step });
  }

  /** Whether it waits is for the ledger to say: from here on nobody else of this call may change it, nor have its name. */
  drain(key: VolumeKey, step: number): void {
    const known = this.agentVolumes().get(key);
    if (known) this.agentVolumes().set(key, { ...known, drainedBy: step });
  }

  /** From here on neither the old nor the new volume can be used, whatever the ledger says. */
  resize(key: VolumeKey, step: number): void {
    const inHand = this.inHand.get(key);
    if (inHand) this.inHand.set(key, { ...inHand, resizedBy: step });
    const known = this.agentVolumes().get(key);
    if (known) this.agentVolumes().set(key, { ...known, resizedBy: step });
  }

  /** Read only when an operation asks, since most ACCEPTs only launch. */
  private agentVolumes(): Map<VolumeKey, AgentVolume> {
    this.onAgent ??= new Map(
      this.agentTotal
        .persistentVolumes()
        .toList()
        .map((resource) => [keyOfVolume(resource), { resource }]),
    );
    return this.onAgent;
  }
}
