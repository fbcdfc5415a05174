import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { rescindOffer } from '../offers/return-offers';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';
import { sendOperation } from './send-operation';

/**
 * The ledger has granted the DESTROY of a volume: offers that contain it are rescinded, compared without allocation role
 * (A-063…A-066), and the agent is told. `whenGone` is called once the data is gone and the ledger knows it.
 */
export function destroyVolume(deps: Deps, agent: Agent, resource: Resource, whenGone: () => void): void {
  const volume = keyOfVolume(resource);
  for (const offer of deps.offers.ofAgent(agent.id)) {
    if (offer.resources.toList().some((other) => other.disk?.persistence && keyOfVolume(other) === volume)) rescindOffer(deps, offer);
  }
  agent.destroying.set(volume, { resource, whenGone, isUnderWay: false });
  sendDestroy(deps, agent, resource);
}

/** An agent refuses while a container of its own has the volume mounted; it is asked again when a task of it has ended. */
export function retryDestroys(deps: Deps, agent: Agent): void {
  for (const { resource, isUnderWay } of agent.destroying.values()) if (!isUnderWay) sendDestroy(deps, agent, resource);
}

function sendDestroy(deps: Deps, agent: Agent, resource: Resource): void {
  const volume = keyOfVolume(resource);
  const entry = agent.destroying.get(volume);
  if (!entry || !agent.link) return;
  entry.isUnderWay = true;
  sendOperation(deps, agent, { type: 'DESTROY', resources: [resource] }, (refusal) => {
    entry.isUnderWay = false;
    if (refusal) {
      deps.log.warn({ agentId: agent.id, volume, refusal: refusal.message }, 'the agent did not destroy a volume; it is asked again');
      return;
    }
    void deps.ledger.record(agent.storeId, { kind: 'volume_gone', volume, cause: 'destroyed' }).then(() => {
      agent.destroying.delete(volume);
      entry.whenGone();
    });
  });
}
