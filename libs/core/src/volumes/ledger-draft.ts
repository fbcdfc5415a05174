import { assert, holderId, type Epoch, type Holder, type HolderId, type Principal, type Revision, type StoreId } from '@holdfast/core/base';
import { describeTerms, type DrainTerms } from './drain-terms';
import { hold, holderOf, holdersOf, putHolder, referenceCount, release, type Holdings } from './holdings';
import { isStillCreating } from './is-still-creating';
import type { LedgerChange } from './ledger-change';
import type { DrainedVolume, LedgerEntry } from './ledger-unit';
import { isVerified, type StoreLedger, type VolumeRecord } from './store-ledger';
import { traceIdOf } from './trace-id';
import type { VolumeKey } from './volume-key';
import { canBecome, type VolumeState } from './volume-state';

/** What is the same for every change of one call. */
export interface CallFacts {
  readonly nowMs: number;
  readonly traceParent?: string;
  readonly by?: Principal;
}

/** An entry that this call adds to the history. */
export type DraftEntry = LedgerEntry & { readonly change: LedgerChange };

interface DraftMark extends Pick<StoreLedger, 'revision' | 'volumes' | 'holdings'> {
  readonly entries: number;
}

/** The books of one store while one call changes them. Each change adds one entry and raises the revision by one. */
export class LedgerDraft {
  readonly storeId: StoreId;
  readonly entries: DraftEntry[] = [];
  epoch: Epoch;
  revision: Revision;
  verifiedEpoch: Epoch | undefined;
  /** On whose behalf changes are made from here on; stands in their entries. */
  by: Principal | undefined;
  private volumes: ReadonlyMap<VolumeKey, VolumeRecord>;
  private holdings: Holdings;

  constructor(
    ledger: StoreLedger,
    readonly facts: CallFacts,
  ) {
    this.storeId = ledger.storeId;
    this.epoch = ledger.epoch;
    this.revision = ledger.revision;
    this.verifiedEpoch = ledger.verifiedEpoch;
    this.by = facts.by;
    this.volumes = ledger.volumes;
    this.holdings = ledger.holdings;
  }

  get isVerified(): boolean {
    return isVerified(this);
  }

  /** A higher epoch becomes the fence; what was verified in an earlier one is not verified in this. */
  raiseFence(epoch: Epoch): void {
    assert(epoch >= this.epoch, 'the fence never falls (promise 5)');
    this.epoch = epoch;
  }

  /** Somebody has seen a later revision: writes were lost. Revisions continue above it, so that none comes twice. */
  noteLostWrites(seenRevision: Revision): void {
    this.revision = seenRevision;
    this.verifiedEpoch = undefined;
  }

  verify(): void {
    this.verifiedEpoch = this.epoch;
  }

  volume(key: VolumeKey): VolumeRecord | undefined {
    return this.volumes.get(key);
  }

  volumeKeys(): readonly VolumeKey[] {
    return [...this.volumes.keys()];
  }

  holder(key: VolumeKey, id: HolderId): Holder | undefined {
    return holderOf(this.holdings, key, id);
  }

  holders(key: VolumeKey): readonly Holder[] {
    return holdersOf(this.holdings, key);
  }

  isHeld(key: VolumeKey): boolean {
    return referenceCount(this.holdings, key) > 0;
  }

  /** What has been changed since can be undone. */
  mark(): DraftMark {
    const { revision, volumes, holdings } = this;
    return { revision, volumes, holdings, entries: this.entries.length };
  }

  backTo({ revision, volumes, holdings, entries }: DraftMark): void {
    this.revision = revision;
    this.volumes = volumes;
    this.holdings = holdings;
    this.entries.length = entries;
  }

  /** Puts a volume of this name where there is none, or only a tombstone. */
  addVolume(key: VolumeKey, record: Omit<VolumeRecord, 'generation'>, change: LedgerChange, cause?: string): number {
    const before = this.volumes.get(key);
    assert(before === undefined || canBecome(before.state, record.state), `${key}: ${before?.state} cannot become ${record.state}`);
    const generation = (before?.generation ?? 0) + 1;
    this.putVolume(key, { ...record, generation }, change, cause);
    return generation;
  }

  moveVolume(key: VolumeKey, state: VolumeState, change: LedgerChange, cause?: string): void {
    const before = this.known(key);
    assert(canBecome(before.state, state), `${key}: ${before.state} cannot become ${state}`);
    const isLeaving = state === 'destroying' || state === 'gone';
    assert(!isLeaving || !this.isHeld(key), `${key} is held and must not become ${state} (promise 1)`);
    const { drain, ...rest } = before;
    this.putVolume(key, { ...rest, state, ...(drain && state === 'destroying' && { drain }) }, change, cause);
  }

  /** A destroy of it waits from now on. */
  drainVolume(key: VolumeKey, terms: DrainTerms): void {
    const before = this.known(key);
    assert(canBecome(before.state, 'draining'), `${key}: ${before.state} cannot become draining`);
    const drain = { ...terms, sinceMs: this.facts.nowMs, isMade: !isStillCreating(before) };
    this.putVolume(key, { ...before, state: 'draining', drain }, 'volume_draining', describeTerms(terms));
  }

  /** Its agent has it; past `creating` that was known before, unless a destroy waited already. */
  noteMade(key: VolumeKey, cause?: string): void {
    const before = this.known(key);
    if (!isStillCreating(before)) return;
    if (before.drain) this.putVolume(key, { ...before, drain: { ...before.drain, isMade: true } }, 'volume_ready', cause);
    else this.moveVolume(key, 'ready', 'volume_ready', cause);
  }

  /** Destroys a volume whose destroy waits, if nobody holds it any more. */
  destroyUnused(key: VolumeKey): DrainedVolume | undefined {
    const { state, generation, drain } = this.known(key);
    if (state !== 'draining' || !drain || this.isHeld(key)) return undefined;
    this.moveVolume(key, 'destroying', 'volume_destroying', 'unused');
    return { volume: key, generation, drain };
  }

  putVolume(key: VolumeKey, record: VolumeRecord, change: LedgerChange, cause?: string): void {
    this.volumes = new Map(this.volumes).set(key, record);
    this.record({ change, volume: key, cause });
  }

  /** Adds a holder; one who is there already changes nothing (promise 6). */
  hold(key: VolumeKey, holder: Holder, cause?: string): void {
    const next = hold(this.holdings, key, holder);
    if (next === this.holdings) return;
    this.holdings = next;
    this.record({ change: 'volume_acquired', volume: key, holder, cause });
  }

  updateHolder(key: VolumeKey, holder: Holder, change: LedgerChange, cause?: string): void {
    this.holdings = putHolder(this.holdings, key, holder);
    this.record({ change, volume: key, holder, cause });
  }

  release(key: VolumeKey, holder: Holder, cause: string): void {
    this.holdings = release(this.holdings, key, holderId(holder));
    this.record({ change: 'volume_released', volume: key, holder, cause });
  }

  finished(): StoreLedger {
    const { storeId, epoch, revision, verifiedEpoch, volumes, holdings } = this;
    return { storeId, epoch, revision, ...(verifiedEpoch !== undefined && { verifiedEpoch }), volumes, holdings };
  }

  private known(key: VolumeKey): VolumeRecord {
    const record = this.volumes.get(key);
    assert(record, `${key} is in the ledger`);
    return record;
  }

  private record({ change, volume, holder, cause }: Pick<DraftEntry, 'change' | 'volume' | 'holder' | 'cause'>): void {
    this.revision += 1;
    const traceId = traceIdOf(this.facts.traceParent);
    this.entries.push({
      revision: this.revision,
      atMs: this.facts.nowMs,
      change,
      volume,
      generation: this.known(volume).generation,
      ...(holder && { holder }),
      ...(cause !== undefined && cause !== '' && { cause }),
      ...(this.by !== undefined && this.by !== '' && { by: this.by }),
      epoch: this.epoch,
      ...(traceId && { traceId }),
    });
  }
}
