import type { LedgerTransaction, TransactionResult, UnitResult } from '@holdfast/core/volumes';
import {
  ApplyRequest as WireApplyRequest,
  ApplyResponse as WireApplyResponse,
  type Transaction as WireTransaction,
  type TransactionResult as WireTransactionResult,
  type UnitResult as WireUnitResult,
} from '../gen/holdfast/internal/v1/volume_registry';
import type { ApplyRequest, ApplyResponse, NumberedTransaction } from '../messages';
import { readDrainedVolume, writeDestroyedVolume } from './destroyed-volume';
import { defineCodec, readEach, readOptional, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { readIdText } from './ids';
import { readLedgerUnit, writeLedgerUnit } from './ledger-unit';
import { readCount, readOptionalCount, writeCount, writeOptionalCount } from './numbers';
import { readRefusal, writeRefusal } from './refusal';

function readTransaction(wire: WireTransaction): NumberedTransaction {
  const transaction: LedgerTransaction = {
    storeId: readIdText(wire.storeId, 'store_id'),
    epoch: readCount(wire.epoch, 'epoch'),
    seenRevision: readCount(wire.seenRevision, 'seen_revision'),
    nowMs: readCount(wire.nowMs, 'now_ms'),
    units: readEach(wire.units, 'units', readLedgerUnit),
    ...(wire.traceParent !== undefined && { traceParent: wire.traceParent }),
  };
  return { id: readCount(wire.id, 'id'), transaction };
}

const writeTransaction = ({ id, transaction }: NumberedTransaction): WireTransaction => ({
  id: writeCount(id),
  storeId: transaction.storeId,
  epoch: writeCount(transaction.epoch),
  seenRevision: writeCount(transaction.seenRevision),
  nowMs: writeCount(transaction.nowMs),
  units: transaction.units.map(writeLedgerUnit),
  traceParent: transaction.traceParent,
});

export const applyRequestCodec = defineCodec(
  WireApplyRequest,
  ({ transactions }: ApplyRequest) => ({ transactions: transactions.map(writeTransaction) }),
  (wire): ApplyRequest => ({ transactions: readEach(wire.transactions, 'transactions', readTransaction) }),
);

function readUnitResult(wire: WireUnitResult): UnitResult {
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  const generation = readOptionalCount(wire.generation, 'generation');
  return {
    ...(refusal && { refusal }),
    ...(generation !== undefined && { generation }),
    ...(wire.waitsFor.length > 0 && { waitsFor: readEach(wire.waitsFor, 'waits_for', readHolder) }),
    ...(wire.drained.length > 0 && { drained: readEach(wire.drained, 'drained', readDrainedVolume) }),
  };
}

const writeUnitResult = ({ refusal, generation, waitsFor = [], drained = [] }: UnitResult): WireUnitResult => ({
  refusal: refusal && writeRefusal(refusal),
  generation: writeOptionalCount(generation),
  waitsFor: waitsFor.map(writeHolder),
  drained: drained.map(writeDestroyedVolume),
});

function readTransactionResult(wire: WireTransactionResult): ApplyResponse['results'][number] {
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  const result: TransactionResult = {
    revision: readCount(wire.revision, 'revision'),
    results: readEach(wire.results, 'results', readUnitResult),
    ...(refusal && { refusal }),
    unverified: required(wire.unverified, 'unverified'),
  };
  return { id: readCount(wire.id, 'id'), result };
}

const writeTransactionResult = ({ id, result }: ApplyResponse['results'][number]): WireTransactionResult => ({
  id: writeCount(id),
  revision: writeCount(result.revision),
  results: result.results.map(writeUnitResult),
  refusal: result.refusal && writeRefusal(result.refusal),
  unverified: result.unverified,
});

export const applyResponseCodec = defineCodec(
  WireApplyResponse,
  ({ results }: ApplyResponse) => ({ results: results.map(writeTransactionResult) }),
  (wire): ApplyResponse => ({ results: readEach(wire.results, 'results', readTransactionResult) }),
);
