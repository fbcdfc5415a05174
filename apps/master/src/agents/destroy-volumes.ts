import type { FrameworkId, OperationId } from '@holdfast/core/base';
import { type Resource, Resources } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { DrainRequester } from '@holdfast/core/volumes';
import type { Deps } from '../deps';
import { forgetDrain } from '../drains/forget-drain';
import { rescindOffersWith } from '../offers/return-offers';
import { decideOperation } from '../operations/send-operation-status';
import { type Feedback, feedbackOf } from '../operations/track-operation';
import type { Agent } from './agent-book';
import { sendOperation } from './send-operation';

/** A volume of an agent, and which of its name it is: a word of its end must not reach a later one (promise 10). */
export interface MeantVolume {
  /** Without allocation role. */
  readonly resource: Resource;
  readonly generation: number;
}

/** A DESTROY that the ledger has granted and the agent has not confirmed. */
export interface Destruction {
  /** Gone together. */
  readonly volumes: readonly MeantVolume[];
  readonly feedback: Feedback | undefined;
  readonly whenGone: () => void;
  isUnderWay: boolean;
}

/**
 * The ledger has granted the DESTROY of these volumes: offers that contain one are rescinded, compared without allocation role
 * (A-063…A-066), and the agent is told. `whenGone` is called once their data is gone and the ledger knows it.
 */
export function destroyVolumes(
  deps: Deps,
  agent: Agent,
  volumes: readonly MeantVolume[],
  feedback: Feedback | undefined,
  whenGone: () => void,
): void {
  rescindOffersWith(deps, agent, resourcesOf(volumes));
  const overtaken = resourcesOf(volumes).flatMap((resource) => agent.drains.get(keyOfVolume(resource)) ?? []);
  for (const drain of overtaken) forgetDrain(agent, drain);
  const allGone = () => {
    whenGone();
    for (const { terms } of overtaken) finishOperation(deps, terms.requester);
  };
  const destruction = { volumes, feedback, whenGone: allGone, isUnderWay: false };
  agent.destroying.add(destruction);
  sendDestroy(deps, agent, destruction);
}

/** Somebody else's DESTROY came when the last holder had just left: the agent never hears of the operation that waited for that. */
function finishOperation(deps: Deps, requester: DrainRequester): void {
  const feedback = feedbackOf(deps, requester);
  const operation = feedback && deps.operations.get(feedback.frameworkId, feedback.operationId);
  if (operation) decideOperation(deps, operation, 'OPERATION_FINISHED', 'The volume was destroyed by another operation');
}

/** An agent refuses while a container of its own has the volume mounted; it is asked again when a task of it has ended. */
export function retryDestroys(deps: Deps, agent: Agent): void {
  for (const destruction of agent.destroying) if (!destruction.isUnderWay) sendDestroy(deps, agent, destruction);
}

/** Whether this operation is a DESTROY that waits for the last holder, or that goes on until it has succeeded. */
export function isBeingDestroyed(
  deps: Pick<Deps, 'frameworks'>,
  { destroying, drains }: Agent,
  frameworkId: FrameworkId,
  operationId: OperationId,
): boolean {
  const isMeant = (feedback: Feedback | undefined) => feedback?.frameworkId === frameworkId && feedback.operationId === operationId;
  for (const { feedback } of destroying) if (isMeant(feedback)) return true;
  for (const { terms } of drains.values()) if (isMeant(feedbackOf(deps, terms.requester))) return true;
  return false;
}

/** Out of what the agent has; its disk is to come back when the data is gone. */
export function takeOutOfTotal(agent: Agent, volumes: readonly MeantVolume[]): void {
  agent.total = agent.total.subtract(Resources.of(resourcesOf(volumes)));
}

const resourcesOf = (volumes: readonly MeantVolume[]): readonly Resource[] => volumes.map(({ resource }) => resource);

function sendDestroy(deps: Deps, agent: Agent, destruction: Destruction): void {
  // A ledger that has not seen the agent's report may have forgotten a holder.
  if (!agent.link || !agent.isReconciled) return;
  const { volumes, feedback } = destruction;
  destruction.isUnderWay = true;
  sendOperation(deps, agent, { type: 'DESTROY', resources: resourcesOf(volumes) }, feedback, (refusal) => {
    destruction.isUnderWay = false;
    if (refusal) {
      const keys = resourcesOf(volumes).map(keyOfVolume);
      deps.log.warn({ agentId: agent.id, volumes: keys, refusal: refusal.message }, 'the agent did not destroy volumes; it is asked again');
      return;
    }
    const written = volumes.map(({ resource, generation }) =>
      deps.ledger.record(agent.storeId, { kind: 'volume_gone', volume: keyOfVolume(resource), generation, cause: 'destroyed' }),
    );
    void Promise.all(written).then(() => {
      agent.destroying.delete(destruction);
      destruction.whenGone();
    });
  });
}
