import type { AttributeConstraint, Offer } from '@holdfast/core/offers';
import { launch, orThrow, task, type Scheduler } from '@holdfast/scheduler-sdk';
import { eventually } from '@holdfast/testing/eventually';
import { startAgent } from './extra-agent.fixture';
import { HttpStream } from './http-stream.fixture';
import { act, ROLE, Stage } from './stage.fixture';

const rackOf = ({ attributes }: Offer): string | undefined => {
  const rack = attributes.find(({ name }) => name === 'rack');
  return rack?.value.kind === 'text' ? rack.value.text : undefined;
};
const onRack = (rack: string): AttributeConstraint => ({
  selector: { kind: 'attribute', name: 'rack' },
  predicate: { kind: 'text_equals', value: rack },
});

/** Two agents that are not alike, and frameworks that choose; whoever does not answer loses the offer. */
describe('offers', () => {
  let stage: Stage;
  let second: Awaited<ReturnType<typeof startAgent>>;
  let scheduler: Scheduler | undefined;

  beforeAll(async () => {
    stage = await Stage.open({
      env: {
        HOLDFAST_AGENT_ATTRIBUTES: 'rack:r1;os:linux',
        HOLDFAST_AGENT_HOSTNAME: 'host-1.example',
        HOLDFAST_MASTER_DOMAIN: 'north/n-1',
        HOLDFAST_MASTER_OFFER_TIMEOUT_MS: '3000',
      },
    });
    second = await startAgent(stage.cluster.ready.master.grpc, {
      HOLDFAST_AGENT_ATTRIBUTES: 'rack:r2',
      HOLDFAST_AGENT_HOSTNAME: 'host-2.example',
      HOLDFAST_AGENT_RESOURCES: 'cpus:2;mem:512;disk:100',
    });
    // Only when both are offered is it known that both are there.
    const scout = await stage.scheduler();
    for (const rack of ['r1', 'r2']) await scout.findOffer((offer) => rackOf(offer) === rack);
    orThrow(await scout.teardown());
  }, 60_000);
  afterEach(async () => {
    if (scheduler?.isSubscribed) orThrow(await scheduler.teardown());
  });
  afterAll(async () => {
    await second.stop();
    await stage.close();
  }, 60_000);

  /** Which agents it is offered, once it is these. Both are free, and what is free is nearly always offered in one round. */
  const offered = async (of: Scheduler, expected: readonly string[]): Promise<readonly (string | undefined)[]> => {
    const racks = new Set(of.offers.map(rackOf));
    of.on('offers', (offers) => offers.forEach((offer) => racks.add(rackOf(offer))));
    await eventually(() => expected.every((rack) => racks.has(rack)));
    return [...racks].sort();
  };
  const subscribe = async (...groups: readonly (readonly AttributeConstraint[])[]) => {
    scheduler = await stage.scheduler({ offerConstraints: groups.length === 0 ? {} : { [ROLE]: groups } });
    return scheduler;
  };

  it.each<[string, string[], readonly (readonly AttributeConstraint[])[]]>([
    ['with an attribute that is equal', ['r2'], [[onRack('r2')]]],
    ['with an attribute that exists', ['r1'], [[{ selector: { kind: 'attribute', name: 'os' }, predicate: { kind: 'exists' } }]]],
    ['without an attribute', ['r2'], [[{ selector: { kind: 'attribute', name: 'os' }, predicate: { kind: 'not_exists' } }]]],
    [
      'with a hostname that matches a pattern',
      ['r2'],
      [[{ selector: { kind: 'hostname' }, predicate: { kind: 'text_matches', regex: 'host-[2-9]\\..*' } }]],
    ],
    [
      'of one group or another',
      ['r1', 'r2'],
      [[onRack('r1'), { selector: { kind: 'hostname' }, predicate: { kind: 'exists' } }], [onRack('r2')]],
    ],
    ['of any kind without constraints', ['r1', 'r2'], []],
  ])(
    'are of agents %s (C-060)',
    async (_what, expected, groups) => {
      expect(await offered(await subscribe(...groups), expected)).toEqual(expected);
    },
    60_000,
  );

  it('follow UPDATE_FRAMEWORK, which sets constraints, and takes them away (C-060, D-015)', async () => {
    const choosy = await subscribe([onRack('r2')]);
    expect(await offered(choosy, ['r2'])).toEqual(['r2']);
    orThrow(await choosy.updateFramework({ offerConstraints: {} }));
    await choosy.findOffer((offer) => rackOf(offer) === 'r1');

    const bad = await choosy.updateFramework({
      offerConstraints: { [ROLE]: [[{ selector: { kind: 'hostname' }, predicate: { kind: 'text_matches', regex: '(' } }]] },
    });
    expect(bad).toMatchObject({ ok: false, refusal: { code: 'framework_invalid', message: expect.stringContaining('pattern') } });

    orThrow(await choosy.updateFramework({ offerConstraints: { [ROLE]: [[onRack('r1')]] } }));
    // What was on its way is offered all the same; once that is declined, only the one agent comes, round after round.
    for (let rounds = 0; rounds < 2;) {
      await choosy.findOffer(() => true);
      rounds = choosy.offers.every((offer) => rackOf(offer) === 'r1') ? rounds + 1 : 0;
      orThrow(await choosy.decline(choosy.offers, { refuseMs: 0 }));
    }
  }, 60_000);

  it('are refused to a framework whose constraints say nothing that can be met or read (C-060, D-002)', async () => {
    const regex = 'a'.repeat(5000);
    const tooLong: AttributeConstraint = { selector: { kind: 'hostname' }, predicate: { kind: 'text_matches', regex } };
    await expect(stage.scheduler({ offerConstraints: { [ROLE]: [[tooLong]] } })).rejects.toThrow('contain a pattern that cannot be taken');
    await expect(stage.scheduler({ offerConstraints: { [ROLE]: [] } })).rejects.toThrow('have no group');
    await expect(stage.scheduler({ offerConstraints: { ops: [[onRack('r1')]] } })).rejects.toThrow(
      "contains 'ops', which is not a role of the framework",
    );
  }, 60_000);

  it('are kept by a subscription that is made again after kill -9 of the master', async () => {
    const choosy = await subscribe([onRack('r2')]);
    await choosy.findOffer(() => true);
    await stage.killMaster(choosy);
    await choosy.findOffer(() => true);
    // The other agent may be back later: it is offered to somebody else, and not to this one.
    const other = await stage.scheduler({ framework: { name: 'other' } });
    await other.findOffer((offer) => rackOf(offer) === 'r1');
    expect(choosy.offers.map(rackOf).filter((rack) => rack !== 'r2')).toEqual([]);
    orThrow(await other.teardown());
  }, 60_000);

  it('come from a master that says where it stands, and which agent each is from (C-074, C-092)', async () => {
    const { http } = stage.cluster.ready.master;
    const stream = await HttpStream.subscribe(http, { user: 'root', name: 'curious', role: ROLE });
    const { subscribed } = await stream.until('SUBSCRIBED');
    expect(subscribed.master_info).toMatchObject({
      pid: `master@${new URL(http).host}`,
      domain: { fault_domain: { region: { name: 'north' }, zone: { name: 'n-1' } } },
    });
    const { offers } = await stream.until('OFFERS');
    expect(offers.offers[0]).toMatchObject({ url: { address: { ip: '127.0.0.1' } } });
    expect((await stream.call('TEARDOWN', {})).status).toBe(202);
    stream.close();
  });

  it('that nobody answers are taken back after a time, and made again; answered ones are not (C-090)', async () => {
    const slow = await subscribe([onRack('r1')]);
    const first = await slow.findOffer(() => true);
    await untilGone(slow, first.id);
    const late = await slow.accept(first, [launch(sleeper(first, 'late'))]);
    expect(late).toMatchObject({ ok: false, refusal: { code: 'offer_gone' } });

    const again = await slow.findOffer(({ id }) => id !== first.id);
    expect(again.agentId).toBe(first.agentId);
    expect(again.resources.equals(first.resources)).toBe(true);
    const rescinded: string[] = [];
    slow.on('rescinded', ({ offerId }) => void rescinded.push(offerId));
    await act(slow, again, launch(sleeper(again, 'in-time')));
    await slow.untilTask('in-time', ['TASK_RUNNING']);
    const rest = await slow.findOffer(() => true);
    await untilGone(slow, rest.id);
    expect(rescinded).toContain(rest.id);
    expect(rescinded).not.toContain(again.id);
  }, 60_000);
});

const untilGone = (scheduler: Scheduler, offerId: string): Promise<void> =>
  scheduler.offers.some(({ id }) => id === offerId) ? scheduler.nextRescind(offerId) : Promise.resolve();

const sleeper = (offer: Offer, id: string) =>
  task({ id, agentId: offer.agentId, cpus: 0.1, memMb: 32, command: 'sleep 600', killGraceMs: 100 });
