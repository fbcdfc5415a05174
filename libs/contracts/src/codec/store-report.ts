import type { ReconcileOutcome, StoreReport } from '@holdfast/core/volumes';
import {
  ReconcileStoreRequest,
  ReconcileStoreResponse,
  type ReportedHolder as WireReportedHolder,
  type ReportedVolume as WireReportedVolume,
} from '../gen/holdfast/internal/v1/volume_registry';
import { readDestroyedVolume, readDrainedVolume, writeDestroyedVolume } from './destroyed-volume';
import { defineCodec, readEach, readOptional, readPart, required } from './edge';
import { readHolderRef, readHolderState, writeHolderRef, writeHolderState } from './holder';
import { readIdText } from './ids';
import { readVolumeBytes, sizeMilliMb, writeVolumeBytes } from './ledger-unit';
import { readCount, writeCount } from './numbers';
import { readRefusal, writeRefusal } from './refusal';
import { readHeldVolume, readVolumeKey, writeHeldVolume, writeVolumeKey } from './volume-key';

type ReportedVolume = StoreReport['volumes'][number];
type ReportedHolder = StoreReport['holders'][number];

const readReportedVolume = (wire: WireReportedVolume): ReportedVolume => ({
  volume: readPart(wire.volume, 'volume', readVolumeKey),
  resource: readPart(wire.resource, 'resource', readVolumeBytes),
  ...(wire.creatorPrincipal !== undefined && { principal: wire.creatorPrincipal }),
});

const writeReportedVolume = ({ volume, resource, principal }: ReportedVolume): WireReportedVolume => ({
  volume: writeVolumeKey(volume),
  shared: resource.shared,
  sizeMilliMb: sizeMilliMb(resource),
  resource: writeVolumeBytes(resource),
  creatorPrincipal: principal,
});

function readReportedHolder(wire: WireReportedHolder): ReportedHolder {
  const holder = required(wire.holder, 'holder');
  return {
    holder: readPart(holder, 'holder', readHolderRef),
    state: readHolderState(holder.state, 'holder.state'),
    volumes: readEach(wire.volumes, 'volumes', readHeldVolume),
  };
}

const writeReportedHolder = ({ holder, state, volumes }: ReportedHolder): WireReportedHolder => ({
  holder: { state: writeHolderState(state), ...writeHolderRef(holder) },
  volumes: volumes.map(writeHeldVolume),
});

export const storeReportCodec = defineCodec(
  ReconcileStoreRequest,
  (report: StoreReport) => ({
    storeId: report.storeId,
    agentId: report.agentId,
    epoch: writeCount(report.epoch),
    seenRevision: writeCount(report.seenRevision),
    nowMs: writeCount(report.nowMs),
    volumes: report.volumes.map(writeReportedVolume),
    holders: report.holders.map(writeReportedHolder),
    traceParent: report.traceParent,
    by: report.by,
  }),
  (wire): StoreReport => ({
    storeId: readIdText(wire.storeId, 'store_id'),
    agentId: readIdText(wire.agentId, 'agent_id'),
    epoch: readCount(wire.epoch, 'epoch'),
    seenRevision: readCount(wire.seenRevision, 'seen_revision'),
    nowMs: readCount(wire.nowMs, 'now_ms'),
    volumes: readEach(wire.volumes, 'volumes', readReportedVolume),
    holders: readEach(wire.holders, 'holders', readReportedHolder),
    ...(wire.traceParent !== undefined && { traceParent: wire.traceParent }),
    ...(wire.by !== undefined && { by: wire.by }),
  }),
);

export const reconcileOutcomeCodec = defineCodec(
  ReconcileStoreResponse,
  ({ revision, refusal, differences, destroying, draining }: ReconcileOutcome) => ({
    revision: writeCount(revision),
    refusal: refusal && writeRefusal(refusal),
    differences: [...differences],
    destroying: destroying.map(writeDestroyedVolume),
    draining: draining.map(writeDestroyedVolume),
  }),
  (wire): ReconcileOutcome => {
    const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
    return {
      revision: readCount(wire.revision, 'revision'),
      ...(refusal && { refusal }),
      differences: wire.differences,
      destroying: readEach(wire.destroying, 'destroying', readDestroyedVolume),
      draining: readEach(wire.draining, 'draining', readDrainedVolume),
    };
  },
);
