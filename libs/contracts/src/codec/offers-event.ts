import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Offer } from '@holdfast/core/offers';
import type { Attribute } from '@holdfast/core/resources';
import { Offer as WireOffer } from '../gen/holdfast/v1/offer';
import { Event as WireEvent, Event_Type as EventType } from '../gen/holdfast/v1/scheduler_event';
import type { SchedulerEvent } from '../messages';
import { writeAttribute } from './attribute';
import { writeDomain } from './domain';
import { writeBytes, type Wire } from './edge';
import { writeId } from './ids';
import { writeUrl } from './offer';
import { writeResources } from './resource';

type OffersEvent = Extract<SchedulerEvent, { type: 'OFFERS' }>;

/** Tags of Event.offers, Event.Offers.offers: field number and wire type 2. */
const EVENT_OFFERS = (3 << 3) | 2;
const OFFERS_OFFERS = (1 << 3) | 2;

/** What every offer of an agent says of that agent, encoded. */
interface AgentPart {
  readonly agentId: string;
  readonly hostname: string;
  readonly domain: Offer['domain'];
  readonly url: Offer['url'];
  readonly bytes: Buffer;
}

/** By the agent's list of attributes, which all its offers have in common: encoding it anew costs as much as two or three resources. */
const AGENT_PARTS = new WeakMap<readonly Attribute[], AgentPart>();

const sameUrl = (a: Offer['url'], b: Offer['url']): boolean =>
  a === b || (a !== undefined && b !== undefined && a.hostname === b.hostname && a.ip === b.ip && a.port === b.port);

function agentPart(offer: Offer): Buffer {
  const { agentId, hostname, domain, url } = offer;
  const known = AGENT_PARTS.get(offer.attributes);
  if (known && known.agentId === agentId && known.hostname === hostname && known.domain === domain && sameUrl(known.url, url)) {
    return known.bytes;
  }
  const bytes = writeBytes(WireOffer, {
    agentId: writeId(agentId),
    hostname,
    url: url && writeUrl(url),
    domain: domain && writeDomain(domain),
    attributes: offer.attributes.map(writeAttribute),
    resources: [],
    executorIds: [],
  });
  AGENT_PARTS.set(offer.attributes, { agentId, hostname, domain, url, bytes });
  return bytes;
}

/** As the generated code would write the event, but for the order of an offer's fields, which means nothing. */
const OFFERS_EVENT: Pick<Wire<OffersEvent>, 'encode'> = {
  encode({ offers, form }, writer = new BinaryWriter()) {
    WireEvent.encode({ type: EventType.OFFERS }, writer);
    writer.uint32(EVENT_OFFERS).fork();
    for (const offer of offers) {
      writer.uint32(OFFERS_OFFERS).fork();
      WireOffer.encode(
        {
          id: writeId(offer.id),
          frameworkId: writeId(offer.frameworkId),
          resources: writeResources(offer.resources, form),
          attributes: [],
          executorIds: offer.executorIds ? offer.executorIds.map(writeId) : [],
          allocationInfo: form.allocationInfo ? { role: offer.role } : undefined,
        },
        writer,
      );
      writer.raw(agentPart(offer)).join();
    }
    return writer.join();
  },
};

export const encodeOffers = (event: OffersEvent): Buffer => writeBytes(OFFERS_EVENT, event);
