import type { FrameworkId, OperationId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { rescindOffersWith } from '../offers/return-offers';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';
import { sendOperation } from './send-operation';

/** Who wants to be told what becomes of an operation. */
export interface Feedback {
  readonly frameworkId: FrameworkId;
  readonly operationId: OperationId;
}

/** A DESTROY that the ledger has granted and the agent has not confirmed. */
export interface Destruction {
  /** Without allocation role; gone together. */
  readonly volumes: readonly Resource[];
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
  volumes: readonly Resource[],
  feedback: Feedback | undefined,
  whenGone: () => void,
): void {
  rescindOffersWith(deps, agent, volumes);
  const destruction = { volumes, feedback, whenGone, isUnderWay: false };
  agent.destroying.add(destruction);
  sendDestroy(deps, agent, destruction);
}

/** An agent refuses while a container of its own has the volume mounted; it is asked again when a task of it has ended. */
export function retryDestroys(deps: Deps, agent: Agent): void {
  for (const destruction of agent.destroying) if (!destruction.isUnderWay) sendDestroy(deps, agent, destruction);
}

/** Whether this operation is a DESTROY that goes on until it has succeeded. */
export function isBeingDestroyed({ destroying }: Agent, frameworkId: FrameworkId, operationId: OperationId): boolean {
  for (const { feedback } of destroying) {
    if (feedback?.frameworkId === frameworkId && feedback.operationId === operationId) return true;
  }
  return false;
}

function sendDestroy(deps: Deps, agent: Agent, destruction: Destruction): void {
  if (!agent.link) return;
  const { volumes, feedback } = destruction;
  const keys = volumes.map(keyOfVolume);
  destruction.isUnderWay = true;
  sendOperation(deps, agent, { type: 'DESTROY', resources: volumes }, feedback, (refusal) => {
    destruction.isUnderWay = false;
    if (refusal) {
      deps.log.warn({ agentId: agent.id, volumes: keys, refusal: refusal.message }, 'the agent did not destroy volumes; it is asked again');
      return;
    }
    const written = keys.map((volume) => deps.ledger.record(agent.storeId, { kind: 'volume_gone', volume, cause: 'destroyed' }));
    void Promise.all(written).then(() => {
      agent.destroying.delete(destruction);
      destruction.whenGone();
    });
  });
}
