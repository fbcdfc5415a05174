import type { Offer } from '@holdfast/core/offers';
import { Resources, scalar, type Attribute } from '@holdfast/core/resources';
import { Event as WireEvent } from '../gen/holdfast/v1/scheduler_event';
import { writeBytes } from './edge';
import { schedulerEventCodec, writeSchedulerEvent } from './scheduler-event';

const form = { allocationInfo: true, reservationStack: true };
const attributes: readonly Attribute[] = [{ name: 'rack', value: { kind: 'text', text: 'r1' } }];
const offer: Offer = {
  id: 'o1',
  frameworkId: 'f1',
  agentId: 'a1',
  hostname: 'h1',
  role: 'eng',
  resources: Resources.of([scalar('cpus', 4)]).allocate('eng'),
  attributes,
  domain: { region: 'r', zone: 'z' },
  url: { hostname: 'h1', ip: '10.0.0.1', port: 5051 },
};

/** As any protobuf library would write and read it. */
const asGenerated = (offers: readonly Offer[]) =>
  WireEvent.decode(writeBytes(WireEvent, writeSchedulerEvent({ type: 'OFFERS', offers, form })));
const asWritten = (offers: readonly Offer[]) => WireEvent.decode(schedulerEventCodec.encode({ type: 'OFFERS', offers, form }));

describe('what offers of one agent have in common', () => {
  it('is written once, and stands in each of them', () => {
    const offers = [
      offer,
      { ...offer, id: 'o2', frameworkId: 'f2', resources: Resources.of([scalar('mem', 64)]).allocate('ops'), role: 'ops' },
    ];
    expect(asWritten(offers)).toEqual(asGenerated(offers));
    expect(asWritten(offers)).toEqual(asGenerated(offers));
  });

  it.each<[string, Partial<Offer>]>([
    ['id', { agentId: 'a2' }],
    ['host', { hostname: 'h2' }],
    ['domain', { domain: { region: 'r', zone: 'other' } }],
    ['address', { url: { hostname: 'h1', ip: '10.0.0.1', port: 5052 } }],
    ['attributes', { attributes: [] }],
  ])('is written anew for an agent with another %s', (_name, other) => {
    const offers = [offer, { ...offer, ...other }, offer];
    expect(asWritten(offers)).toEqual(asGenerated(offers));
  });

  it('may leave out where the agent is', () => {
    const { domain: _domain, url: _url, ...bare } = offer;
    expect(asWritten([offer, bare, offer])).toEqual(asGenerated([offer, bare, offer]));
  });
});
