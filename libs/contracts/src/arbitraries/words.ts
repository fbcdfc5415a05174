import fc from 'fast-check';
import type { AccessMode, Holder, HolderState, Refusal, RefusalDetails } from '@holdfast/core/base';
import { refuse } from '@holdfast/core/base';
import { idProblem } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import { volumeKey } from '@holdfast/core/volumes';

/** Like fc.record, but complete: a field of T that is left out does not compile, be it optional. */
export const recordOf = <T extends object>(
  fields: { readonly [K in keyof Required<T>]: fc.Arbitrary<Required<T>[K]> },
  options?: { readonly requiredKeys: readonly (keyof T)[] },
): fc.Arbitrary<T> =>
  fc.record<Required<T>, keyof T>({ ...fields }, options && { requiredKeys: [...options.requiredKeys] }) as fc.Arbitrary<T>;

/** Any text that UTF-8 can say. */
export const text = fc.string({ unit: 'binary', maxLength: 40 });

export const id = fc.oneof(
  fc.uuid(),
  fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((value) => idProblem(value) === undefined),
);

export const role = fc.stringMatching(/^[a-z]{1,6}(\/[a-z]{1,4}){0,2}$/);

/** Up to the largest number that a double holds exactly. */
export const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER));

/** Within the years that nanoseconds in 64 bits reach. */
export const timeMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9_000_000_000_000 }));

export const durationMs = fc.oneof(fc.constant(0), fc.nat());

export const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

export const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 });

export const mode = fc.constantFrom<AccessMode>('RW', 'RO');

export const holderState = fc.constantFrom<HolderState>('pending', 'running', 'ending');

export const key: fc.Arbitrary<VolumeKey> = fc.tuple(role, id).map(([ownedBy, name]) => volumeKey(ownedBy, name));

export const holderRef = fc.record({ frameworkId: id, taskId: id, launchId: id, agentId: id });

export const holder: fc.Arbitrary<Holder> = recordOf<Holder>({
  frameworkId: id,
  taskId: id,
  launchId: id,
  agentId: id,
  mode,
  state: holderState,
  sinceMs: timeMs,
});

type DetailArbitraries = { readonly [C in keyof RefusalDetails]: fc.Arbitrary<RefusalDetails[C]> };

/** One arbitrary per code: a new refusal without a row does not compile. */
const DETAILS: DetailArbitraries = {
  invalid_argument: fc.record({ field: text, problem: text }),
  message_too_large: fc.record({ limitBytes: count }),
  framework_unknown: fc.record({ frameworkId: id }),
  framework_removed: fc.record({ frameworkId: id }),
  framework_disconnected: fc.record({ frameworkId: id }),
  framework_invalid: fc.record({ problem: text }),
  stale_stream: fc.record({ frameworkId: id }),
  offer_gone: fc.record({ offerId: id }),
  offer_not_yours: fc.record({ offerId: id }),
  offers_mixed: fc.record({ problem: text }),
  agent_disconnected: fc.record({ agentId: id }),
  agent_unknown: fc.record({ agentId: id }),
  agent_refused: fc.record({ problem: text }),
  operation_invalid: fc.record({ problem: text }),
  operation_unsupported: fc.record({ operation: text }),
  capability_missing: fc.record({ capability: text, reason: text }),
  insufficient_resources: fc.record({ needed: text, available: text }),
  dependency_refused: fc.record({ operationIndex: fc.nat() }),
  task_invalid: fc.record({ taskId: id, problem: text }),
  volume_exists: fc.record({ role, persistenceId: id }),
  volume_not_found: fc.record({ role, persistenceId: id }),
  volume_not_ready: fc.record({ role, persistenceId: id, state: text }),
  volume_in_use: fc.record({ role, persistenceId: id, holders: fc.array(holder, { maxLength: 3 }) }),
  destroy_pending: fc.record({ role, persistenceId: id, sinceMs: timeMs, requester: text }),
  destroy_not_pending: fc.record({ role, persistenceId: id, state: text }),
  holder_unknown: fc.record({ role, persistenceId: id, frameworkId: id, taskId: id }),
  history_trimmed: fc.record({ storeId: id, afterRevision: count, oldestRevision: count }),
  reader_too_slow: fc.record({ unreadBytes: count }),
  ledger_unverified: fc.record({ storeId: id }),
  ledger_unavailable: fc.record({ problem: text, inDoubt: fc.boolean() }, { requiredKeys: ['problem'] }),
  stale_epoch: fc.record({ epoch: count, highest: count }),
  agent_failed: fc.record({ problem: text }),
  unauthorized: fc.record({ action: text, principal: text }),
  unauthenticated: fc.record({ problem: text }),
  principal_mismatch: fc.record({ caller: text, principal: text }),
  executor_unknown: fc.record({ executorId: id, agentId: id }),
  task_unknown: fc.record({ frameworkId: id, taskId: id }),
  task_over: fc.record({ taskId: id, state: text }),
  operation_unknown: fc.record({ operationId: id }),
};

export const refusal: fc.Arbitrary<Refusal> = fc
  .oneof(
    ...(Object.keys(DETAILS) as (keyof RefusalDetails)[]).map((code) =>
      fc.record({ code: fc.constant(code), details: DETAILS[code] as fc.Arbitrary<RefusalDetails[typeof code]> }),
    ),
  )
  .chain(({ code, details }) => fc.option(count, { nil: undefined }).map((revision) => refuse(code, details, revision)));
