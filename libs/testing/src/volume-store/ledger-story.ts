import type { AccessMode, Epoch, HolderState, Principal, Revision, StoreId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import {
  splitVolumeKey,
  type DrainTerms,
  type HolderRef,
  type LedgerEntry,
  type LedgerTransaction,
  type LedgerUnit,
  type LedgerVolume,
  type ReconcileOutcome,
  type StoreReport,
  type TransactionResult,
  type UnitResult,
  type VolumeKey,
  type VolumeStore,
} from '@holdfast/core/volumes';

export const AGENT = 'agent-1';
export const FIRST_MS = 1_700_000_000_000;

export interface VolumeForm {
  readonly shared?: boolean;
  readonly sizeMb?: number;
}

/** The resource that CREATE names: disk reserved to the role of the key. */
export function volumeResource(volume: VolumeKey, { shared = true, sizeMb = 40 }: VolumeForm = {}): Resource {
  const { role, persistenceId } = splitVolumeKey(volume);
  return {
    name: 'disk',
    value: { kind: 'scalar', milli: sizeMb * 1000 },
    reservations: [{ type: 'dynamic', role, principal: 'ops' }],
    disk: { persistence: { id: persistenceId, principal: 'ops' }, volume: { containerPath: 'data', mode: 'RW' } },
    shared,
    revocable: false,
  };
}

/** One launch of a task; the launch id tells launches of one task apart. */
export const holderRef = (taskId: string, launchId = `launch-of-${taskId}`, agentId = AGENT): HolderRef => ({
  frameworkId: 'framework-1',
  taskId,
  launchId,
  agentId,
});

const requiring = (requires: readonly number[] | undefined) => (requires ? { requires } : {});

/** Units in the words of a story. */
export const create = (volume: VolumeKey, form?: VolumeForm, requires?: readonly number[]): LedgerUnit => ({
  kind: 'create_volume',
  volume,
  resource: volumeResource(volume, form),
  creator: { principal: 'ops', frameworkId: 'framework-1' },
  agentId: AGENT,
  ...requiring(requires),
});
/** `generation`, here and below: which volume of this name is meant. */
export const confirm = (volume: VolumeKey, generation = 1): LedgerUnit => ({ kind: 'confirm_created', volume, generation });
export const createFailed = (volume: VolumeKey, cause = 'no space left', generation = 1): LedgerUnit => ({
  kind: 'create_failed',
  volume,
  generation,
  cause,
});
export const acquire = (
  holder: HolderRef,
  volumes: VolumeKey | readonly VolumeKey[],
  mode: AccessMode = 'RW',
  requires?: readonly number[],
): LedgerUnit => ({
  kind: 'acquire_volumes',
  holder,
  volumes: [volumes].flat().map((volume) => ({ volume, mode })),
  ...requiring(requires),
});
export const running = (holder: HolderRef, ...volumes: VolumeKey[]): LedgerUnit => ({ kind: 'holder_running', holder, volumes });
export const ending = (holder: HolderRef, ...volumes: VolumeKey[]): LedgerUnit => ({ kind: 'holder_ending', holder, volumes });
export const release = (holder: HolderRef, ...volumes: VolumeKey[]): LedgerUnit => ({
  kind: 'release_volumes',
  holder,
  volumes,
  cause: 'TASK_FINISHED',
});
export const destroy = (volume: VolumeKey, requires?: readonly number[]): LedgerUnit => ({
  kind: 'destroy_volume',
  volume,
  ...requiring(requires),
});
/** Without evidence: an operator says so. */
export const forceRelease = (holder: HolderRef, by: Principal, ...volumes: VolumeKey[]): LedgerUnit => ({
  kind: 'release_volumes',
  holder,
  volumes,
  cause: 'forced: the machine burnt down',
  by,
});
export const drainTerms = (changed: Partial<DrainTerms> = {}): DrainTerms => ({
  requester: { principal: 'ops' },
  admitsReaders: false,
  onDeadline: 'cancel',
  ...changed,
});
/** DESTROY when unused. */
export const drain = (volume: VolumeKey, changed?: Partial<DrainTerms>, requires?: readonly number[]): LedgerUnit => ({
  kind: 'drain_volume',
  volume,
  drain: drainTerms(changed),
  ...requiring(requires),
});
export const cancelDestroy = (volume: VolumeKey, generation = 1, by?: Principal): LedgerUnit => ({
  kind: 'cancel_destroy',
  volume,
  generation,
  cause: 'changed my mind',
  ...(by !== undefined && { by }),
});
export const resize = (volume: VolumeKey, sizeMb: number, form?: VolumeForm, requires?: readonly number[]): LedgerUnit => ({
  kind: 'resize_volume',
  volume,
  resource: volumeResource(volume, { ...form, sizeMb }),
  ...requiring(requires),
});
export const gone = (volume: VolumeKey, generation = 1): LedgerUnit => ({ kind: 'volume_gone', volume, generation, cause: 'deleted' });

export const held = (
  holder: HolderRef,
  volumes: VolumeKey | readonly VolumeKey[],
  state: HolderState = 'running',
  mode: AccessMode = 'RW',
): StoreReport['holders'][number] => ({ holder, state, volumes: [volumes].flat().map((volume) => ({ volume, mode })) });

/** What is asked of one store, in order; keeps the epoch, the clock and the highest revision seen, as a master would. */
export class LedgerStory {
  epoch: Epoch = 1;
  nowMs = FIRST_MS;
  seenRevision: Revision = 0;

  constructor(
    readonly store: VolumeStore,
    readonly storeId: StoreId,
  ) {}

  /** A store whose agent has reported that it has nothing. */
  async begin(): Promise<this> {
    await this.report();
    return this;
  }

  async transact(units: readonly LedgerUnit[], changed: Partial<LedgerTransaction> = {}): Promise<TransactionResult> {
    const { storeId, epoch, seenRevision } = this;
    const result = await this.store.apply({ storeId, epoch, seenRevision, nowMs: this.tick(), units, ...changed });
    this.see(result.revision);
    return result;
  }

  /** For units that must all be done: a refusal of any of them is thrown. */
  async done(...units: LedgerUnit[]): Promise<readonly UnitResult[]> {
    const { refusal, results } = await this.transact(units);
    const first = refusal ?? results.find((result) => result.refusal)?.refusal;
    if (first) throw new Error(`refused: ${first.code}: ${first.message}`);
    return results;
  }

  /** For one unit, whatever its answer. */
  async ask(unit: LedgerUnit): Promise<UnitResult> {
    const { refusal, results } = await this.transact([unit]);
    const [result] = results;
    if (refusal || !result) throw new Error(`the whole transaction was refused: ${refusal?.message}`);
    return result;
  }

  async report(changed: Partial<StoreReport> & { readonly has?: readonly VolumeKey[] } = {}): Promise<ReconcileOutcome> {
    const { has = [], ...rest } = changed;
    const { storeId, epoch, seenRevision } = this;
    const volumes = has.map((volume) => ({ volume, resource: volumeResource(volume), principal: 'ops' }));
    const report = { storeId, agentId: AGENT, epoch, seenRevision, nowMs: this.tick(), volumes, holders: [], ...rest };
    const outcome = await this.store.reconcile(report);
    this.see(outcome.revision);
    return outcome;
  }

  async volume(volume: VolumeKey): Promise<LedgerVolume | undefined> {
    return (await this.store.readVolumes({ storeIds: [this.storeId], volume }))[0];
  }

  /** Task ids of those who hold it, in order. */
  async holders(volume: VolumeKey): Promise<readonly string[]> {
    return (await this.volume(volume))?.holders.map(({ taskId }) => taskId) ?? [];
  }

  history(volume?: VolumeKey): Promise<readonly LedgerEntry[]> {
    return this.store.readHistory({ storeId: this.storeId, afterRevision: 0, limit: 1000, ...(volume !== undefined && { volume }) });
  }

  private tick(): number {
    return (this.nowMs += 1000);
  }

  private see(revision: Revision): void {
    this.seenRevision = Math.max(this.seenRevision, revision);
  }
}
