import type { Role } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import { type Disk, type Range, type Reservation, type Resource, Resources, fromMilli } from '@holdfast/core/resources';
import { writeOffer } from '../codec/offer';
import { writeResource } from '../codec/resource';
import type { ResourceForm, SchedulerEvent } from '../messages';
import { writeJsonDouble, writeJsonText } from './json-text';
import { jsonWriter } from './json-writer';
import { schema } from './schema';

/**
 * The JSON of an OFFERS event, straight from the offers. Offers are most of what is sent, and the writers that are made of the schema need more
 * than twice as long; these here write what offers consist of, and leave rare parts to those. A test holds the two beside each other.
 */
export function writeOffersJson({ offers, form }: Extract<SchedulerEvent, { type: 'OFFERS' }>): string {
  const roles = new RoleTexts();
  let text = '';
  for (const offer of offers) text += (text === '' ? '' : ',') + writeOfferJson(offer, form, roles);
  return text === '' ? '{"type":"OFFERS","offers":{}}' : `{"type":"OFFERS","offers":{"offers":[${text}]}}`;
}

/** Nearly all resources of an event are allocated to one role. */
class RoleTexts {
  private role: Role | undefined;
  private text = '';

  allocatedTo(role: Role): string {
    if (role !== this.role) {
      this.role = role;
      this.text = `,"allocation_info":{"role":${writeJsonText(role)}}`;
    }
    return this.text;
  }
}

function writeOfferJson(offer: Offer, form: ResourceForm, roles: RoleTexts): string {
  const { head, attributes } = agentTexts(offer);
  let text =
    '{"id":{"value":' +
    writeJsonText(offer.id) +
    '},"framework_id":{"value":' +
    writeJsonText(offer.frameworkId) +
    '},"agent_id":{"value":' +
    writeJsonText(offer.agentId) +
    '},' +
    head;
  const resources = offer.resources.toList();
  for (let at = 0; at < resources.length; at++) {
    text += (at === 0 ? ',"resources":[' : ',') + writeResourceJson(resources[at]!, form, roles);
  }
  if (resources.length > 0) text += ']';
  text += attributes;
  if (offer.executorIds) text += `,"executor_ids":[${offer.executorIds.map((id) => `{"value":${writeJsonText(id)}}`).join(',')}]`;
  return form.allocationInfo ? text + roles.allocatedTo(offer.role) + '}' : text + '}';
}

/** What every offer of an agent says of it: hostname, url and domain; and, further down in the offer, attributes. */
interface AgentTexts extends Pick<Offer, 'hostname' | 'url' | 'domain'> {
  readonly head: string;
  readonly attributes: string;
}

/** By the agent's list of attributes, which is one object from registration to registration. */
const knownAgents = new WeakMap<Offer['attributes'], AgentTexts>();

function agentTexts(offer: Offer): AgentTexts {
  const { attributes, hostname, url, domain } = offer;
  const known = knownAgents.get(attributes);
  if (known?.hostname === hostname && known.domain === domain && isSameUrl(known.url, url)) return known;
  const { hostname: host, url: address, domain: place, attributes: list } = writeOffer({ ...offer, resources: Resources.empty }, NO_FORM);
  const texts: AgentTexts = {
    hostname,
    url,
    domain,
    head: offerFields({ hostname: host, url: address, domain: place }),
    attributes: list.length === 0 ? '' : ',' + offerFields({ attributes: list }),
  };
  knownAgents.set(attributes, texts);
  return texts;
}

/** Without the braces. */
const offerFields = (part: object): string => jsonWriter(schema().offer)(part).slice(1, -1);

const NO_FORM: ResourceForm = { allocationInfo: false, reservationStack: true };

const isSameUrl = (one: Offer['url'], other: Offer['url']): boolean =>
  one === other || (one?.hostname === other?.hostname && one?.ip === other?.ip && one?.port === other?.port);

function writeResourceJson(resource: Resource, form: ResourceForm, roles: RoleTexts): string {
  const { value, reservations, disk } = resource;
  if (value.kind === 'set' || !isOrdinary(resource, form)) return jsonWriter(schema().resource)(writeResource(resource, form));
  let text =
    value.kind === 'scalar'
      ? headOf(resource.name) + writeJsonDouble(fromMilli(value.milli)) + '}'
      : `{"name":${writeJsonText(resource.name)},"type":"RANGES","ranges":${writeRanges(value.ranges)}`;
  if (!form.reservationStack) text += ',"role":"*"';
  if (form.allocationInfo && resource.allocationRole !== undefined) text += roles.allocatedTo(resource.allocationRole);
  if (reservations.length > 0) text += `,"reservations":[${reservations.map(writeReservation).join(',')}]`;
  if (disk) text += `,"disk":{${writeDisk(disk)}}`;
  if (resource.revocable) text += ',"revocable":{}';
  if (resource.shared) text += ',"shared":{}';
  return text + '}';
}

/** Only such as the functions here can write. */
const isOrdinary = ({ providerId, reservations, disk }: Resource, { reservationStack }: ResourceForm): boolean =>
  providerId === undefined &&
  (reservationStack ? reservations.every(({ labels }) => labels === undefined) : reservations.length === 0) &&
  (disk === undefined || (disk.source === undefined && disk.volume?.hostPath === undefined));

/** Scalars have few names. */
const scalarHeads = new Map<string, string>();
const HEADS_AT_MOST = 1000;

function headOf(name: string): string {
  let head = scalarHeads.get(name);
  if (head === undefined) {
    if (scalarHeads.size >= HEADS_AT_MOST) scalarHeads.clear();
    head = `{"name":${writeJsonText(name)},"type":"SCALAR","scalar":{"value":`;
    scalarHeads.set(name, head);
  }
  return head;
}

const writeRanges = (ranges: readonly Range[]): string =>
  ranges.length === 0 ? '{}' : `{"range":[${ranges.map(({ begin, end }) => `{"begin":${begin},"end":${end}}`).join(',')}]}`;

const writeReservation = ({ type, role, principal }: Reservation): string =>
  `{"type":"${type === 'static' ? 'STATIC' : 'DYNAMIC'}","role":${writeJsonText(role)}${optional(',"principal":', principal)}}`;

function writeDisk({ persistence, volume }: Disk): string {
  const made = persistence && `"persistence":{"id":${writeJsonText(persistence.id)}${optional(',"principal":', persistence.principal)}}`;
  const shown = volume && `"volume":{"mode":"${volume.mode}","container_path":${writeJsonText(volume.containerPath)}}`;
  return made && shown ? `${made},${shown}` : (made ?? shown ?? '');
}

const optional = (label: string, text: string | undefined): string => (text === undefined ? '' : label + writeJsonText(text));
