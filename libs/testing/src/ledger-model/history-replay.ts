import type { Holder, Revision } from '@holdfast/core/base';
import type { LedgerChange, LedgerEntry, LedgerVolume, VolumeKey, VolumeState } from '@holdfast/core/volumes';
import { idOf } from './model-store';

/** What a reader of the books is told of a volume. */
export type FinalVolume = Pick<LedgerVolume, 'volume' | 'state' | 'generation' | 'holders' | 'revision'>;

/** What is known of a volume after some entries. Undefined: its beginning has been trimmed, and nothing since has told. */
interface Replayed {
  state: VolumeState | undefined;
  generation: number | undefined;
  isMade: boolean | undefined;
  /** There are no holders but these: its beginning was seen, or a moment when nobody held it. */
  isWhole: boolean;
  readonly holders: Map<string, { readonly holder: Holder; readonly since: Revision }>;
  changedAt: Revision;
}

const LIVING: readonly VolumeState[] = ['creating', 'ready', 'draining', 'destroying'];

/** From where each change may lead, and whereto; no `to`: the state stays, or the code below says. */
const LEGAL: Readonly<Record<LedgerChange, { readonly from: readonly VolumeState[]; readonly to?: VolumeState }>> = {
  volume_created: { from: ['gone'], to: 'creating' },
  volume_added: { from: ['gone'], to: 'ready' },
  volume_ready: { from: ['creating', 'draining'] },
  volume_draining: { from: ['creating', 'ready'], to: 'draining' },
  destroy_cancelled: { from: ['draining'] },
  volume_destroying: { from: ['creating', 'ready', 'draining'], to: 'destroying' },
  volume_gone: { from: LIVING, to: 'gone' },
  volume_updated: { from: LIVING },
  volume_resized: { from: ['creating', 'ready'] },
  volume_acquired: { from: LIVING },
  volume_released: { from: LIVING },
  holder_running: { from: LIVING },
  holder_ending: { from: LIVING },
  holder_updated: { from: LIVING },
};

const BEGINNINGS: readonly string[] = ['volume_created', 'volume_added'];
/** Only when nobody holds the volume (promise 1). */
const UNHELD: readonly string[] = ['volume_created', 'volume_added', 'volume_destroying', 'volume_gone'];
const BECAUSE_REPORTED = 'agent_reported';

const task = ({ taskId, frameworkId, launchId }: Holder) => `task ${taskId} of framework ${frameworkId} (launch ${launchId})`;

/** The history of one store, entry by entry, through a small automaton per volume; it trusts an entry that it has complained about. */
export class HistoryReplay {
  readonly violations: string[] = [];
  private readonly volumes = new Map<VolumeKey, Replayed>();
  private last: LedgerEntry | undefined;

  /** `isTrimmed`: what came before the first entry is not known. */
  constructor(private readonly isTrimmed: boolean) {}

  take(entry: LedgerEntry): void {
    this.judgeOrder(entry);
    const it = this.volume(entry.volume);
    this.judgeGeneration(entry, it);
    this.judgeState(entry, it);
    this.judgeHolders(entry, it);
    this.last = entry;

    const isBeginning = BEGINNINGS.includes(entry.change);
    it.generation = entry.generation;
    if (UNHELD.includes(entry.change)) {
      it.holders.clear();
      it.isWhole = true;
    }
    if (entry.holder && entry.change === 'volume_released') it.holders.delete(idOf(entry.holder));
    else if (entry.holder) {
      const since = it.holders.get(idOf(entry.holder))?.since ?? entry.revision;
      it.holders.set(idOf(entry.holder), { holder: entry.holder, since });
    }
    it.state = nextState(entry, it);
    if (isBeginning) it.isMade = entry.change === 'volume_added';
    if (entry.change === 'volume_ready') it.isMade = true;
    it.changedAt = entry.revision;
  }

  /** What somebody has read of a volume, at the moment when the replay has come as far. */
  compare({ volume, state, generation, holders, revision }: FinalVolume): void {
    const it = this.volume(volume);
    const say = (sentence: string) => this.violations.push(`books at revision ${revision}, volume ${volume}: ${sentence}`);
    const since = `(last changed at revision ${it.changedAt})`;
    if (it.state !== undefined && it.state !== state) say(`they say ${state}, the history says ${it.state} ${since}`);
    if (it.generation !== undefined && it.generation !== generation) {
      say(`they say generation ${generation}, the history says ${it.generation} ${since}`);
    }
    const read = new Map(holders.map((holder) => [idOf(holder), holder]));
    for (const [id, { holder, since: acquiredAt }] of it.holders) {
      const known = read.get(id);
      if (!known) say(`${task(holder)} holds it by the history since revision ${acquiredAt}, and is missing in the books`);
      else if (known.state !== holder.state || known.mode !== holder.mode) {
        say(`${task(holder)} is ${known.mode} ${known.state} in the books, ${holder.mode} ${holder.state} in the history`);
      }
    }
    if (!it.isWhole) return;
    for (const [id, holder] of read) {
      if (!it.holders.has(id)) say(`${task(holder)} holds it in the books; the history has no such holder`);
    }
  }

  /** Volumes that the history knows and that were not read, though they had not changed since. */
  missing(read: readonly FinalVolume[]): void {
    const names = new Set(read.map(({ volume }) => volume));
    const upTo = read.length > 0 ? Math.max(...read.map(({ revision }) => revision)) : Infinity;
    for (const [volume, { state, changedAt }] of this.volumes) {
      if (state === undefined || state === 'gone' || names.has(volume) || changedAt > upTo) continue;
      this.violations.push(`books: volume ${volume} is missing; the history says ${state} since revision ${changedAt}`);
    }
  }

  private volume(name: VolumeKey): Replayed {
    let it = this.volumes.get(name);
    if (!it) {
      const unknown = this.isTrimmed ? undefined : 0;
      const state = this.isTrimmed ? undefined : 'gone';
      it = { state, generation: unknown, isMade: undefined, isWhole: !this.isTrimmed, holders: new Map(), changedAt: 0 };
      this.volumes.set(name, it);
    }
    return it;
  }

  private say({ revision, change, volume, generation }: LedgerEntry, sentence: string): void {
    this.violations.push(`revision ${revision}, ${change} of ${volume} (generation ${generation}): ${sentence}`);
  }

  private judgeOrder(entry: LedgerEntry): void {
    if (!this.last) return;
    if (entry.revision <= this.last.revision) this.say(entry, `it comes after revision ${this.last.revision}; revisions must rise`);
    if (entry.epoch < this.last.epoch) {
      this.say(
        entry,
        `it was written in epoch ${entry.epoch}, after one of epoch ${this.last.epoch} at revision ${this.last.revision} (promise 5)`,
      );
    }
  }

  private judgeGeneration(entry: LedgerEntry, { generation }: Replayed): void {
    if (generation === undefined) return;
    const due = BEGINNINGS.includes(entry.change) ? generation + 1 : generation;
    if (entry.generation !== due) this.say(entry, `the generation is ${generation} and this entry’s should be ${due} (promise 10)`);
  }

  private judgeState(entry: LedgerEntry, { state, isMade }: Replayed): void {
    const legal = LEGAL[entry.change as LedgerChange] as (typeof LEGAL)[LedgerChange] | undefined;
    if (!legal) {
      this.say(entry, 'no such change is known');
      return;
    }
    if (state === undefined) return;
    const isLost = entry.cause === 'lost_by_agent';
    if (!legal.from.includes(state)) this.say(entry, `the volume was ${state}`);
    else if (entry.change === 'volume_ready' && state === 'draining' && isMade === true) this.say(entry, 'its agent had it already');
    else if (entry.change === 'volume_gone' && (state === 'ready' || (state === 'draining' && isMade === true)) && !isLost) {
      this.say(entry, `it was ${state} and not being destroyed, and the cause is ${entry.cause ?? 'not told'}`);
    } else if (entry.change === 'volume_acquired' && entry.cause !== BECAUSE_REPORTED) {
      const admits = state === 'creating' || state === 'ready' || (state === 'draining' && entry.holder?.mode === 'RO');
      if (!admits) this.say(entry, `the volume was ${state} and admits nobody new`);
    }
  }

  private judgeHolders(entry: LedgerEntry, { holders, isWhole }: Replayed): void {
    const { change, holder, cause } = entry;
    if (UNHELD.includes(change)) {
      for (const { holder: one, since } of holders.values()) {
        this.say(entry, `${task(one)} holds it, ${one.state}, since revision ${since} (promise 1)`);
      }
    }
    if (change === 'volume_draining' && isWhole && holders.size === 0) this.say(entry, 'nobody holds it, so there is nothing to wait for');
    if (change === 'volume_released' && !cause) this.say(entry, 'no cause is told');
    if (!(change === 'volume_acquired' || change === 'volume_released' || change.startsWith('holder_'))) return;
    if (!holder) {
      this.say(entry, 'no holder is named');
      return;
    }
    const known = holders.get(idOf(holder));
    if (change === 'volume_acquired' && known) this.say(entry, `${task(holder)} has held it since revision ${known.since} (promise 6)`);
    if (change !== 'volume_acquired' && !known && isWhole) this.say(entry, `${task(holder)} does not hold it (promise 2)`);
    const before = known?.holder.state;
    const isBack = (change === 'holder_running' && before !== 'pending') || (change === 'holder_ending' && before === 'ending');
    if (before && isBack) this.say(entry, `${task(holder)} was ${before}`);
  }
}

function nextState({ change }: LedgerEntry, { state, isMade }: Replayed): VolumeState | undefined {
  if (change === 'volume_ready') return state === 'draining' || state === undefined ? state : 'ready';
  if (change === 'destroy_cancelled') return isMade === undefined ? undefined : isMade ? 'ready' : 'creating';
  return LEGAL[change as LedgerChange]?.to ?? state;
}
