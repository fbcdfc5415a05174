import fc from 'fast-check';
import type {
  AgentInspection,
  DifferenceKind,
  Evidence,
  InspectedHolding,
  InspectedLaunch,
  InspectedVolume,
  LedgerDifference,
  LedgerRepair,
  StrayMount,
  VerifiedStore,
} from '@holdfast/core/verification';
import type { RepairAnswer, RepairRequest, VerifyAnswer, VerifyQuery } from '../messages';
import { volume } from './resource';
import { count, holder, id, key, mode, recordOf, text, uint32 } from './words';

const inspectedVolume: fc.Arbitrary<InspectedVolume> = recordOf<InspectedVolume>({
  resource: volume,
  hasData: fc.boolean(),
  isDestroying: fc.boolean(),
});

const inspectedHolding: fc.Arbitrary<InspectedHolding> = recordOf<InspectedHolding>(
  { volume: key, mode, isMounted: fc.boolean() },
  { requiredKeys: ['volume', 'mode'] },
);

const inspectedLaunch: fc.Arbitrary<InspectedLaunch> = recordOf<InspectedLaunch>(
  { frameworkId: id, taskId: id, launchId: id, volumes: fc.array(inspectedHolding, { maxLength: 2 }), pid: uint32 },
  { requiredKeys: ['frameworkId', 'taskId', 'launchId', 'volumes'] },
);

const strayMount: fc.Arbitrary<StrayMount> = recordOf<StrayMount>({ volume: key, pid: uint32 });

export const inspection: fc.Arbitrary<AgentInspection> = recordOf<AgentInspection>({
  volumes: fc.array(inspectedVolume, { maxLength: 2 }),
  launches: fc.array(inspectedLaunch, { maxLength: 2 }),
  strayMounts: fc.array(strayMount, { maxLength: 2 }),
});

const differenceKind = fc.constantFrom<DifferenceKind>(
  'volume_missing',
  'volume_unrecorded',
  'volume_differs',
  'volume_data_missing',
  'volume_unknown_to_master',
  'holder_missing',
  'holder_without_task',
  'holder_unknown_to_master',
  'destroyed_while_mounted',
  'stray_mount',
  'drain_stuck',
  'store_unverified',
  'store_without_agent',
);

const evidence: fc.Arbitrary<Evidence> = recordOf<Evidence>({ ledger: text, master: text, agent: text }, { requiredKeys: [] });

const difference: fc.Arbitrary<LedgerDifference> = recordOf<LedgerDifference>(
  {
    kind: differenceKind,
    message: text,
    storeId: id,
    agentId: id,
    volume: key,
    holder,
    evidence,
    remedy: text,
    isRepairable: fc.boolean(),
  },
  { requiredKeys: ['kind', 'message', 'storeId', 'evidence', 'remedy', 'isRepairable'] },
);

const verifiedStore: fc.Arbitrary<VerifiedStore> = recordOf<VerifiedStore>(
  { storeId: id, agentId: id, revision: count, volumeCount: uint32, holderCount: uint32, problem: text },
  { requiredKeys: ['storeId', 'revision', 'volumeCount', 'holderCount'] },
);

const repair: fc.Arbitrary<LedgerRepair> = recordOf<LedgerRepair>(
  { difference, action: text, isDone: fc.boolean() },
  { requiredKeys: ['difference', 'action'] },
);

const stores = fc.array(verifiedStore, { maxLength: 2 });
const settleMs = fc.integer({ min: 0, max: 60_000 });

export const verifyQuery: fc.Arbitrary<VerifyQuery> = recordOf<VerifyQuery>({ agentId: id, settleMs }, { requiredKeys: [] });

export const verifyAnswer: fc.Arbitrary<VerifyAnswer> = recordOf<VerifyAnswer>({
  differences: fc.array(difference, { maxLength: 2 }),
  stores,
});

export const repairRequest: fc.Arbitrary<RepairRequest> = recordOf<RepairRequest>(
  { agentId: id, settleMs, apply: fc.boolean() },
  { requiredKeys: ['apply'] },
);

export const repairAnswer: fc.Arbitrary<RepairAnswer> = recordOf<RepairAnswer>({ repairs: fc.array(repair, { maxLength: 2 }), stores });
