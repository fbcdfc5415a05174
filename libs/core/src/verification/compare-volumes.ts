import { type Resource, unallocatedIdentity } from '@holdfast/core/resources';
import { compareText, type LedgerVolume, type VolumeKey } from '@holdfast/core/volumes';
import type { InspectedVolume } from './agent-inspection';
import { type ComparedStore, isVerifiedIn } from './compared-store';
import { agentOfVolume, ledgerOfVolume, masterOfVolume } from './in-words';
import type { DifferenceKind, LedgerDifference } from './ledger-difference';
import { REPORT_ANEW, WHEN_BACK } from './remedies';

/** One volume as the three have it. */
interface Sides {
  readonly store: ComparedStore;
  readonly volume: VolumeKey;
  /** A tombstone counts as none. */
  readonly recorded: LedgerVolume | undefined;
  readonly booked: Resource | undefined;
  readonly inspected: InspectedVolume | undefined;
}

/** What the three say about which volumes there are. Holders are another matter. */
export function compareVolumes(store: ComparedStore): readonly LedgerDifference[] {
  const { ledger, agentVolumes, masterVolumes } = store;
  const keys = [...new Set([...ledger.keys(), ...agentVolumes.keys(), ...masterVolumes.keys()])].sort(compareText);
  return keys.flatMap((volume) => {
    const known = ledger.get(volume);
    const sides: Sides = {
      store,
      volume,
      recorded: known?.state === 'gone' ? undefined : known,
      booked: masterVolumes.get(volume),
      inspected: agentVolumes.get(volume),
    };
    return [...(store.look.agent ? withAgent(sides) : withoutAgent(sides)), ...stuckDrain(sides)];
  });
}

function withAgent(sides: Sides): readonly LedgerDifference[] {
  const { recorded, booked, inspected } = sides;
  if (!recorded) return inspected ? [unrecorded(sides)] : booked ? [onlyBooked(sides)] : [];
  // The agent may have it still, or no longer: it is deleting it, or its last word is on the way.
  if (recorded.state === 'destroying') return booked ? [stillBooked(sides)] : [];
  if (!inspected) return [missing(sides)];
  if (inspected.isDestroying) return [beingDeleted(sides)];
  return [...withoutData(sides, inspected), ...unlike(sides, inspected), ...(booked ? [] : [unbooked(sides)])];
}

/**
 * An agent that is away may not have heard what was decided when it left: what is creating, destroying or has another size is settled by its
 * next report.
 */
function withoutAgent(sides: Sides): readonly LedgerDifference[] {
  const { recorded, booked, store } = sides;
  if (!store.look.master) return [];
  if (!recorded) return booked ? [onlyBooked(sides)] : [];
  return !booked && (recorded.state === 'ready' || recorded.state === 'draining') ? [unbooked(sides)] : [];
}

const unrecorded = (sides: Sides): LedgerDifference =>
  tell(sides, 'volume_unrecorded', `Volume ${sides.volume} is on its agent, and the ledger does not have it.`, REPORT_ANEW);

const onlyBooked = (sides: Sides): LedgerDifference =>
  tell(sides, 'volume_unknown_to_master', `The master offers volume ${sides.volume}, which the ledger does not have.`, REPORT_ANEW);

const stillBooked = (sides: Sides): LedgerDifference =>
  tell(sides, 'volume_unknown_to_master', `The master still offers volume ${sides.volume}, which is being destroyed.`, REPORT_ANEW);

const unbooked = (sides: Sides): LedgerDifference =>
  tell(sides, 'volume_unknown_to_master', `Volume ${sides.volume} is in the ledger, and the master does not know it.`, REPORT_ANEW);

function missing(sides: Sides): LedgerDifference {
  const message = `Volume ${sides.volume} is in the ledger, and its agent does not have it: its data is lost, or was never there.`;
  // A volume that a launch holds is kept, whatever is reported: when in doubt, hold on.
  if (!sides.store.heldOnAgent.has(sides.volume)) {
    return tell(sides, 'volume_missing', message, `${REPORT_ANEW} The volume becomes gone; its data does not come back by that.`);
  }
  const remedy = 'End the tasks that hold it, then repair. Its data does not come back by that.';
  return tell(sides, 'volume_missing', message, remedy, false);
}

function beingDeleted(sides: Sides): LedgerDifference {
  const message = `Volume ${sides.volume} is in the ledger, and its agent is deleting it.`;
  return tell(sides, 'volume_missing', message, 'Destroy the volume: the agent finishes what it has begun. Its data is lost.', false);
}

function withoutData(sides: Sides, { hasData }: InspectedVolume): readonly LedgerDifference[] {
  if (hasData) return [];
  const message = `The directory of volume ${sides.volume} is not there, though its agent should have it; launches that use it fail.`;
  const remedy = 'Mount the disk again or put the directory back from a copy; or destroy the volume.';
  return [tell(sides, 'volume_data_missing', message, remedy, false)];
}

function unlike(sides: Sides, { resource }: InspectedVolume): readonly LedgerDifference[] {
  const { store, volume, recorded, booked } = sides;
  const says: string[] = [];
  if (recorded && !isSame(recorded.resource, resource)) says.push('the ledger has it otherwise');
  if (booked && !isSame(booked, resource)) says.push('the master has it otherwise');
  if (recorded && recorded.agentId !== store.look.agentId) says.push(`the ledger has it on agent ${recorded.agentId}`);
  if (says.length === 0) return [];
  const message = `Volume ${volume} is not what its agent has (size, reservations, sharedness or agent): ${says.join(', ')}.`;
  return [tell(sides, 'volume_differs', message, REPORT_ANEW)];
}

/** An unverified store waits for its agent's report with this. */
function stuckDrain(sides: Sides): readonly LedgerDifference[] {
  const { store, volume, recorded } = sides;
  const isWaiting = recorded?.state === 'draining' && isVerifiedIn(store.look);
  // A launch that nobody holds for is another matter, and no reason to destroy.
  if (!isWaiting || recorded.holders.length > 0 || store.heldOnAgent.has(volume)) return [];
  const message = `Volume ${volume} waits to be destroyed until nobody holds it, and nobody does.`;
  return [tell(sides, 'drain_stuck', message, REPORT_ANEW)];
}

const isSame = (a: Resource, b: Resource): boolean => unallocatedIdentity(a) === unallocatedIdentity(b);

function tell(sides: Sides, kind: DifferenceKind, message: string, remedy: string, isRepairable = true): LedgerDifference {
  const { store, volume, booked, inspected } = sides;
  const { look } = store;
  const isAsked = look.agent !== undefined;
  return {
    kind,
    message,
    ...store.where,
    volume,
    evidence: {
      ledger: ledgerOfVolume(store.ledger.get(volume)),
      master: masterOfVolume(look.master, volume, booked),
      agent: agentOfVolume(isAsked, inspected),
    },
    remedy: isRepairable && !isAsked ? WHEN_BACK : remedy,
    isRepairable: isRepairable && isAsked,
  };
}
