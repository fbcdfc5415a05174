import type { Offer } from '@holdfast/core/offers';
import { Resources, scalar } from '@holdfast/core/resources';
import { Event as WireEvent } from '../gen/holdfast/v1/scheduler_event';
import { schedulerEventCodec } from './scheduler-event';

const offer: Offer = {
  id: 'o1',
  frameworkId: 'f1',
  agentId: 'a1',
  hostname: 'h1',
  role: 'eng',
  resources: Resources.of([{ ...scalar('cpus', 4), reservations: [{ type: 'static', role: 'eng' }] }, scalar('mem', 64)]).allocate('eng'),
  attributes: [],
  url: { hostname: 'h1', ip: '10.0.0.1', port: 5051 },
};

const onWire = (allocationInfo: boolean, reservationStack: boolean) =>
  WireEvent.decode(schedulerEventCodec.encode({ type: 'OFFERS', offers: [offer], form: { allocationInfo, reservationStack } })).offers!
    .offers[0]!;

describe('an offer', () => {
  it('shows the role to a MULTI_ROLE framework (C-077)', () => {
    const shown = onWire(true, true);
    expect(shown.allocationInfo).toEqual({ role: 'eng' });
    expect(shown.resources.map((resource) => resource.allocationInfo?.role)).toEqual(['eng', 'eng']);
  });

  it('hides it from any other (C-077)', () => {
    const shown = onWire(false, true);
    expect(shown.allocationInfo).toBeUndefined();
    expect(shown.resources.map((resource) => resource.allocationInfo)).toEqual([undefined, undefined]);
  });

  it('has the old format without RESERVATION_REFINEMENT (B-013)', () => {
    expect(onWire(true, false).resources).toMatchObject([
      { role: 'eng', reservations: [] },
      { role: '*', reservations: [] },
    ]);
    expect(onWire(true, true).resources).toMatchObject([{ reservations: [{ role: 'eng', type: 'STATIC' }] }, { reservations: [] }]);
  });

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('tells its reader in which form it came: roles %p, stacks %p', (allocationInfo, reservationStack) => {
    const form = { allocationInfo, reservationStack };
    const event = schedulerEventCodec.decode(schedulerEventCodec.encode({ type: 'OFFERS', offers: [offer], form }));
    if (!event.ok || event.value.type !== 'OFFERS') throw new Error('not read');
    expect(event.value.form).toEqual(form);
    expect(event.value.offers[0]!.role).toBe(allocationInfo ? 'eng' : '*');
    expect(event.value.offers[0]!.resources.unallocate().equals(offer.resources.unallocate())).toBe(true);
  });

  it('names the way to the agent', () => {
    expect(onWire(true, true).url).toMatchObject({ scheme: 'http', address: { hostname: 'h1', ip: '10.0.0.1', port: 5051 } });
  });
});

describe('SUBSCRIBED', () => {
  const subscribed = (ip: string) =>
    WireEvent.decode(
      schedulerEventCodec.encode({
        type: 'SUBSCRIBED',
        frameworkId: 'f1',
        heartbeatIntervalMs: 15_000,
        master: { id: 'm1', hostname: 'h', ip, port: 7050, version: '0.1.0' },
      }),
    ).subscribed!;

  it('packs the IPv4 address as Mesos does, the first number lowest', () => {
    expect(subscribed('127.0.0.1').masterInfo).toMatchObject({ ip: 0x0100007f, address: { ip: '127.0.0.1' } });
    expect(subscribed('10.1.2.255').masterInfo).toMatchObject({ ip: 0xff02010a });
  });

  it('says another address in words only', () => {
    expect(subscribed('::1').masterInfo).toMatchObject({ ip: 0, address: { ip: '::1' } });
  });

  it('gives the interval in seconds (D-001)', () => {
    expect(subscribed('::1').heartbeatIntervalSeconds).toBe(15);
  });
});

describe('what became of an operation', () => {
  const [converted] = offer.resources.toList();
  const written = (form: { allocationInfo: boolean; reservationStack: boolean }) => {
    const status = { operationId: 'op1', state: 'OPERATION_FINISHED', converted: Resources.of([converted!]), agentId: 'a1' } as const;
    return schedulerEventCodec.encode({ type: 'UPDATE_OPERATION_STATUS', status, form });
  };

  it.each([
    [true, true],
    [true, false],
    [false, true],
  ])('shows what it made in the form of its framework: roles %p, stacks %p (B-013, C-077)', (allocationInfo, reservationStack) => {
    const bytes = written({ allocationInfo, reservationStack });
    const [shown] = WireEvent.decode(bytes).updateOperationStatus!.status!.convertedResources;
    expect(shown!.allocationInfo !== undefined).toBe(allocationInfo);
    expect(shown!.role === undefined).toBe(reservationStack);
    expect(schedulerEventCodec.decode(bytes)).toMatchObject({ ok: true, value: { form: { allocationInfo, reservationStack } } });
  });
});

describe('an event that we never send', () => {
  it.each(['UNKNOWN', 'INVERSE_OFFERS', 'RESCIND_INVERSE_OFFER', 99])('is refused: %s', (type) => {
    const bytes = Buffer.from(WireEvent.encode(WireEvent.fromJSON({ type })).finish());
    expect(schedulerEventCodec.decode(bytes)).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_argument', details: { field: 'type' } },
    });
  });
});
