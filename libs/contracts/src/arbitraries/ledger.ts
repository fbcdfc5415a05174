import fc from 'fast-check';
import type {
  DestroyedVolume,
  DrainedVolume,
  LedgerEntry,
  LedgerTransaction,
  LedgerUnit,
  LedgerVolume,
  ReconcileOutcome,
  StorePosition,
  StoreReport,
  TransactionResult,
  UnitResult,
  VolumeState,
} from '@holdfast/core/volumes';
import { drain, drainTerms } from './drain';
import { volume } from './resource';
import { count, holder, holderRef, holderState, id, key, mode, recordOf, refusal, text, timeMs, uint32 } from './words';

const creator = fc.record({ principal: text, frameworkId: id }, { requiredKeys: [] });
const held = fc.array(fc.record({ volume: key, mode }), { maxLength: 3 });
const keys = fc.array(key, { maxLength: 3 });

const destroyed: fc.Arbitrary<DestroyedVolume> = recordOf<DestroyedVolume>(
  { volume: key, generation: count, drain },
  { requiredKeys: ['volume', 'generation'] },
);
const drained: fc.Arbitrary<DrainedVolume> = recordOf<DrainedVolume>({ volume: key, generation: count, drain });

const unitBody: fc.Arbitrary<LedgerUnit> = fc.oneof(
  fc.record({ kind: fc.constant('create_volume' as const), volume: key, resource: volume, creator, agentId: id }),
  fc.record({ kind: fc.constant('confirm_created' as const), volume: key, generation: count }),
  fc.record({ kind: fc.constant('create_failed' as const), volume: key, generation: count, cause: text }),
  fc.record({ kind: fc.constant('acquire_volumes' as const), holder: holderRef, volumes: held }),
  fc.record({ kind: fc.constant('holder_running' as const), holder: holderRef, volumes: keys }),
  fc.record({ kind: fc.constant('holder_ending' as const), holder: holderRef, volumes: keys }),
  fc.record(
    { kind: fc.constant('release_volumes' as const), holder: holderRef, volumes: keys, cause: text, by: text },
    { requiredKeys: ['kind', 'holder', 'volumes', 'cause'] },
  ),
  fc.record({ kind: fc.constant('destroy_volume' as const), volume: key }),
  fc.record({ kind: fc.constant('resize_volume' as const), volume: key, resource: volume }),
  fc.record({ kind: fc.constant('drain_volume' as const), volume: key, drain: drainTerms }),
  fc.record(
    { kind: fc.constant('cancel_destroy' as const), volume: key, generation: count, cause: text, by: text },
    { requiredKeys: ['kind', 'volume', 'generation', 'cause'] },
  ),
  fc.record({ kind: fc.constant('volume_gone' as const), volume: key, generation: count, cause: text }),
);

export const unit: fc.Arbitrary<LedgerUnit> = fc
  .tuple(unitBody, fc.record({ requires: fc.array(uint32, { minLength: 1, maxLength: 3 }), together: uint32 }, { requiredKeys: [] }))
  .map(([body, order]) => ({ ...body, ...order }));

export const transaction: fc.Arbitrary<LedgerTransaction> = recordOf<LedgerTransaction>(
  { storeId: id, epoch: count, seenRevision: count, nowMs: timeMs, units: fc.array(unit, { maxLength: 4 }), traceParent: text },
  { requiredKeys: ['storeId', 'epoch', 'seenRevision', 'nowMs', 'units'] },
);

const unitResult: fc.Arbitrary<UnitResult> = recordOf<UnitResult>(
  {
    refusal,
    generation: count,
    waitsFor: fc.array(holder, { minLength: 1, maxLength: 3 }),
    drained: fc.array(drained, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);

export const transactionResult: fc.Arbitrary<TransactionResult> = recordOf<TransactionResult>(
  { revision: count, results: fc.array(unitResult, { maxLength: 4 }), refusal, unverified: fc.boolean() },
  { requiredKeys: ['revision', 'results', 'unverified'] },
);

export const report: fc.Arbitrary<StoreReport> = recordOf<StoreReport>(
  {
    storeId: id,
    agentId: id,
    epoch: count,
    seenRevision: count,
    nowMs: timeMs,
    volumes: fc.array(fc.record({ volume: key, resource: volume, principal: text }, { requiredKeys: ['volume', 'resource'] }), {
      maxLength: 3,
    }),
    holders: fc.array(fc.record({ holder: holderRef, state: holderState, volumes: held }), { maxLength: 3 }),
    traceParent: text,
    by: text,
  },
  { requiredKeys: ['storeId', 'agentId', 'epoch', 'seenRevision', 'nowMs', 'volumes', 'holders'] },
);

export const outcome: fc.Arbitrary<ReconcileOutcome> = recordOf<ReconcileOutcome>(
  {
    revision: count,
    refusal,
    differences: fc.array(text, { maxLength: 3 }),
    destroying: fc.array(destroyed, { maxLength: 3 }),
    draining: fc.array(drained, { maxLength: 3 }),
  },
  { requiredKeys: ['revision', 'differences', 'destroying', 'draining'] },
);

export const volumeState = fc.constantFrom<VolumeState>('creating', 'ready', 'draining', 'destroying', 'gone');

export const ledgerVolume: fc.Arbitrary<LedgerVolume> = recordOf<LedgerVolume>(
  {
    storeId: id,
    volume: key,
    state: volumeState,
    generation: count,
    resource: volume,
    creator,
    agentId: id,
    createdMs: timeMs,
    drain,
    holders: fc.array(holder, { maxLength: 3 }),
    revision: count,
  },
  {
    requiredKeys: ['storeId', 'volume', 'state', 'generation', 'resource', 'creator', 'agentId', 'createdMs', 'holders', 'revision'],
  },
);

export const ledgerEntry: fc.Arbitrary<LedgerEntry> = recordOf<LedgerEntry>(
  {
    revision: count,
    atMs: timeMs,
    change: text,
    volume: key,
    generation: count,
    holder,
    cause: text,
    by: text,
    epoch: count,
    traceId: text,
  },
  { requiredKeys: ['revision', 'atMs', 'change', 'volume', 'generation', 'epoch'] },
);

export const storePosition: fc.Arbitrary<StorePosition> = recordOf<StorePosition>({ storeId: id, revision: count });
