import type { Drain, DrainOutcome, DrainRequester, DrainTerms, WhenUnused } from '@holdfast/core/volumes';
import { type Drain as WireDrain, DrainOutcome as WireOutcome, type WhenUnused as WireWhenUnused } from '../gen/holdfast/v1/drain';
import { malformed, required } from './edge';
import { readOptionalId, writeOptionalId } from './ids';
import { readDurationMs, readTimeMs, writeDurationMs, writeTimeMs } from './time';

/** A destroy that is to wait longer than that waits without a deadline. */
const LONGEST_DEADLINE_DAYS = 3650;
const LONGEST_DEADLINE_MS = LONGEST_DEADLINE_DAYS * 24 * 3_600_000;

const OUTCOMES: Readonly<Record<DrainOutcome, WireOutcome>> = { cancel: WireOutcome.CANCEL, kill: WireOutcome.KILL_HOLDERS };

function readOutcome(outcome: WireOutcome): DrainOutcome {
  switch (outcome) {
    case WireOutcome.CANCEL:
      return 'cancel';
    case WireOutcome.KILL_HOLDERS:
      return 'kill';
    default:
      return malformed('on_deadline', 'must be CANCEL or KILL_HOLDERS');
  }
}

function readDeadlineMs(wire: NonNullable<WireWhenUnused['deadline']>): number {
  const ms = readDurationMs(wire, 'deadline');
  if (ms === 0) malformed('deadline.nanoseconds', 'must be positive; leave the deadline out to wait as long as it takes');
  if (ms > LONGEST_DEADLINE_MS) malformed('deadline.nanoseconds', `must not be above ${LONGEST_DEADLINE_DAYS} days`);
  return ms;
}

/** What a caller says. The harmless outcome, unless another is asked for. */
export function readWhenUnused({ admitReaders, deadline, onDeadline }: WireWhenUnused): WhenUnused {
  return {
    admitsReaders: admitReaders ?? false,
    ...(deadline !== undefined && { deadlineMs: readDeadlineMs(deadline) }),
    onDeadline: onDeadline === undefined ? 'cancel' : readOutcome(onDeadline),
  };
}

export const writeWhenUnused = ({ admitsReaders, deadlineMs, onDeadline }: WhenUnused): WireWhenUnused => ({
  admitReaders: admitsReaders,
  deadline: deadlineMs === undefined ? undefined : writeDurationMs(deadlineMs),
  onDeadline: OUTCOMES[onDeadline],
});

function readRequester(wire: WireDrain): DrainRequester {
  const frameworkId = readOptionalId(wire.frameworkId, 'framework_id');
  const operationId = readOptionalId(wire.operationId, 'operation_id');
  return {
    ...(wire.principal !== undefined && { principal: wire.principal }),
    ...(frameworkId !== undefined && { frameworkId }),
    ...(operationId !== undefined && { operationId }),
  };
}

/** A drain as it is asked of the ledger, which adds when it began and whether the volume is there. */
export function readDrainTerms(wire: WireDrain): DrainTerms {
  const { deadline } = wire;
  return {
    requester: readRequester(wire),
    admitsReaders: required(wire.admitsReaders, 'admits_readers'),
    ...(deadline !== undefined && { deadlineAtMs: readTimeMs(deadline, 'deadline') }),
    onDeadline: readOutcome(required(wire.onDeadline, 'on_deadline')),
  };
}

export const writeDrainTerms = ({ requester, admitsReaders, deadlineAtMs, onDeadline }: DrainTerms): WireDrain => ({
  principal: requester.principal,
  frameworkId: writeOptionalId(requester.frameworkId),
  operationId: writeOptionalId(requester.operationId),
  admitsReaders,
  deadline: deadlineAtMs === undefined ? undefined : writeTimeMs(deadlineAtMs),
  onDeadline: OUTCOMES[onDeadline],
});

export const readDrain = (wire: WireDrain): Drain => ({
  ...readDrainTerms(wire),
  isMade: required(wire.made, 'made'),
  sinceMs: readTimeMs(wire.since, 'since'),
});

export const writeDrain = (drain: Drain): WireDrain => ({
  ...writeDrainTerms(drain),
  since: writeTimeMs(drain.sinceMs),
  made: drain.isMade,
});
