import { isPersistentVolume, Resources, toPlainDisk } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { ReconcileOutcome } from '@holdfast/core/volumes';
import type { Deps } from '../deps';
import { type Feedback, feedbackOf, trackOperation } from '../operations/track-operation';
import type { Agent } from './agent-book';
import { type Destruction, destroyVolumes, type MeantVolume } from './destroy-volumes';

/** A volume of an agent's report that is to be destroyed. */
export interface DoomedVolume extends MeantVolume {
  /** The destruction in which it was before this report. */
  readonly earlier: Destruction | undefined;
  /** Whoever asked for it when it was unused. */
  readonly requester?: Parameters<typeof feedbackOf>[1];
}

/**
 * The volumes of a report that the ledger has granted to destroy. While the ledger cannot say so, those that were being destroyed before:
 * nothing of them is offered, and nothing is deleted, until it can.
 */
export function findDoomed(total: Resources, outcome: ReconcileOutcome, earlier: Iterable<Destruction>): readonly DoomedVolume[] {
  const before = new Map(
    [...earlier].flatMap((destruction) =>
      destruction.volumes.map((each) => [keyOfVolume(each.resource), { destruction, ...each }] as const),
    ),
  );
  const meant = new Map(
    outcome.refusal
      ? [...before].map(([volume, { generation }]) => [volume, { generation, drain: undefined }] as const)
      : outcome.destroying.map(({ volume, generation, drain }) => [volume, { generation, drain }] as const),
  );
  return total
    .filter(isPersistentVolume)
    .toList()
    .flatMap((resource): DoomedVolume[] => {
      const key = keyOfVolume(resource);
      const known = meant.get(key);
      if (!known) return [];
      const requester = known.drain && { requester: known.drain.requester };
      return [{ resource, generation: known.generation, earlier: before.get(key)?.destruction, ...requester }];
    });
}

/** Volumes that a broken stream or a crash had left half destroyed; those of an operation whose framework wants feedback go together. */
export function destroyAnew(deps: Deps, agent: Agent, doomed: readonly DoomedVolume[]): void {
  const parts = new Map<unknown, { volumes: MeantVolume[]; feedback: Feedback | undefined }>();
  for (const volume of doomed) {
    const { resource, generation, earlier, requester } = volume;
    const feedback = earlier?.feedback ?? (requester && feedbackOf(deps, requester));
    const part = parts.get(earlier?.feedback ? earlier : volume);
    if (part) part.volumes.push({ resource, generation });
    else parts.set(earlier?.feedback ? earlier : volume, { volumes: [{ resource, generation }], feedback });
  }
  for (const { volumes, feedback } of parts.values()) {
    if (feedback) trackOperation(deps, agent, feedback);
    destroyVolumes(deps, agent, volumes, feedback, () => returnDisk(deps, agent, volumes));
  }
}

/** They are gone: their disk comes back as ordinary reserved disk. */
export function returnDisk(deps: Deps, agent: Agent, volumes: readonly MeantVolume[]): void {
  const disk = Resources.of(volumes.map(({ resource }) => toPlainDisk(resource)));
  agent.total = agent.total.add(disk);
  deps.allocator.change({ kind: 'convert_total', agentId: agent.id, conversions: [{ consumed: Resources.empty, produced: disk }] });
}
