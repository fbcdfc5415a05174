import { RepairLedgerRequest, RepairLedgerResponse, VerifyLedgerRequest, VerifyLedgerResponse } from '../gen/holdfast/v1/volume_service';
import type { RepairAnswer, RepairRequest, VerifyAnswer, VerifyQuery } from '../messages';
import { defineCodec, malformed, readEach } from './edge';
import { readOptionalId, writeOptionalId } from './ids';
import { readDifference, readRepair, readVerifiedStore, writeDifference, writeRepair, writeVerifiedStore } from './ledger-difference';

/** A call that takes longer is more likely a mistake than a wish. */
const LONGEST_SETTLE_MS = 60_000;

function readQuery({ agentId: wireAgent, settleMs }: VerifyLedgerRequest): VerifyQuery {
  const agentId = readOptionalId(wireAgent, 'agent_id');
  if (settleMs !== undefined && settleMs > LONGEST_SETTLE_MS) malformed('settle_ms', `must not be above ${LONGEST_SETTLE_MS}`);
  return { ...(agentId !== undefined && { agentId }), ...(settleMs !== undefined && { settleMs }) };
}

export const verifyQueryCodec = defineCodec(
  VerifyLedgerRequest,
  ({ agentId, settleMs }: VerifyQuery) => ({ agentId: writeOptionalId(agentId), settleMs }),
  readQuery,
);

export const verifyAnswerCodec = defineCodec(
  VerifyLedgerResponse,
  ({ differences, stores }: VerifyAnswer) => ({
    differences: differences.map(writeDifference),
    stores: stores.map(writeVerifiedStore),
  }),
  (wire): VerifyAnswer => ({
    differences: readEach(wire.differences, 'differences', readDifference),
    stores: readEach(wire.stores, 'stores', readVerifiedStore),
  }),
);

/** Nothing is changed unless the request says so. */
export const repairRequestCodec = defineCodec(
  RepairLedgerRequest,
  ({ agentId, settleMs, apply }: RepairRequest) => ({ agentId: writeOptionalId(agentId), apply, settleMs }),
  (wire): RepairRequest => ({ ...readQuery(wire), apply: wire.apply ?? false }),
);

export const repairAnswerCodec = defineCodec(
  RepairLedgerResponse,
  ({ repairs, stores }: RepairAnswer) => ({ repairs: repairs.map(writeRepair), stores: stores.map(writeVerifiedStore) }),
  (wire): RepairAnswer => ({
    repairs: readEach(wire.repairs, 'repairs', readRepair),
    stores: readEach(wire.stores, 'stores', readVerifiedStore),
  }),
);
