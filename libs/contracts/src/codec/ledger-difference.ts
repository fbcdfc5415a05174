import type { DifferenceKind, Evidence, LedgerDifference, LedgerRepair, VerifiedStore } from '@holdfast/core/verification';
import type {
  LedgerDifference as WireDifference,
  LedgerRepair as WireRepair,
  VerifiedStore as WireStore,
} from '../gen/holdfast/v1/ledger_difference';
import { malformed, readOptional, readPart, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { readIdText, readOptionalId, writeOptionalId } from './ids';
import { readCount, writeCount } from './numbers';
import { readOptionalVolumeKey, writeVolumeKey } from './volume-key';

/** The same words on the wire. A kind without a row does not compile. */
const KINDS: Readonly<Record<DifferenceKind, true>> = {
  volume_missing: true,
  volume_unrecorded: true,
  volume_differs: true,
  volume_data_missing: true,
  volume_unknown_to_master: true,
  holder_missing: true,
  holder_without_task: true,
  holder_unknown_to_master: true,
  destroyed_while_mounted: true,
  stray_mount: true,
  drain_stuck: true,
  store_unverified: true,
  store_without_agent: true,
};

const isKind = (word: string): word is DifferenceKind => Object.hasOwn(KINDS, word);

function readKind(word: string | undefined): DifferenceKind {
  const kind = required(word, 'kind');
  return isKind(kind) ? kind : malformed('kind', `'${kind}' is not a difference that this release knows`);
}

const WITNESSES = ['ledger', 'master', 'agent'] as const;

function readEvidence(wire: WireDifference['evidence']): Evidence {
  const evidence: { -readonly [K in keyof Evidence]: Evidence[K] } = {};
  for (const witness of WITNESSES) {
    const words = Object.hasOwn(wire, witness) ? wire[witness] : undefined;
    if (words !== undefined) evidence[witness] = words;
  }
  return evidence;
}

function writeEvidence(evidence: Evidence): WireDifference['evidence'] {
  const wire: WireDifference['evidence'] = {};
  for (const witness of WITNESSES) {
    const words = evidence[witness];
    if (words !== undefined) wire[witness] = words;
  }
  return wire;
}

export function readDifference(wire: WireDifference): LedgerDifference {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  const volume = readOptionalVolumeKey(wire);
  const holder = readOptional(wire.holder, 'holder', readHolder);
  return {
    kind: readKind(wire.kind),
    message: required(wire.message, 'message'),
    storeId: readIdText(wire.storeId, 'store_id'),
    ...(agentId !== undefined && { agentId }),
    ...(volume !== undefined && { volume }),
    ...(holder && { holder }),
    evidence: readEvidence(wire.evidence),
    remedy: required(wire.remedy, 'remedy'),
    isRepairable: required(wire.repairable, 'repairable'),
  };
}

export const writeDifference = (difference: LedgerDifference): WireDifference => ({
  kind: difference.kind,
  message: difference.message,
  storeId: difference.storeId,
  agentId: writeOptionalId(difference.agentId),
  ...(difference.volume !== undefined && writeVolumeKey(difference.volume)),
  holder: difference.holder && writeHolder(difference.holder),
  evidence: writeEvidence(difference.evidence),
  remedy: difference.remedy,
  repairable: difference.isRepairable,
});

export function readVerifiedStore(wire: WireStore): VerifiedStore {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  return {
    storeId: readIdText(wire.storeId, 'store_id'),
    ...(agentId !== undefined && { agentId }),
    revision: readCount(wire.revision, 'revision'),
    volumeCount: required(wire.volumes, 'volumes'),
    holderCount: required(wire.holders, 'holders'),
    ...(wire.problem !== undefined && { problem: wire.problem }),
  };
}

export const writeVerifiedStore = (store: VerifiedStore): WireStore => ({
  storeId: store.storeId,
  agentId: writeOptionalId(store.agentId),
  revision: writeCount(store.revision),
  volumes: store.volumeCount,
  holders: store.holderCount,
  problem: store.problem,
});

export const readRepair = (wire: WireRepair): LedgerRepair => ({
  difference: readPart(wire.difference, 'difference', readDifference),
  action: required(wire.action, 'action'),
  ...(wire.done !== undefined && { isDone: wire.done }),
});

export const writeRepair = ({ difference, action, isDone }: LedgerRepair): WireRepair => ({
  difference: writeDifference(difference),
  action,
  done: isDone,
});
