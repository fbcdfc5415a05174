import { Resources, scalar } from '@holdfast/core/resources';
import { disconnectAgent } from '../agents';
import { engDisk, volume } from '../builders.fixture';
import { MasterStory } from '../master.fixture';
import { declineOffers } from './decline-offers';
import { makeOffers } from './make-offers';
import { rescindOffer } from './return-offers';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);

describe('allocations', () => {
  it('become one OFFERS event per framework (C-012)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const other = story.subscribe();
    const { agent } = await story.register();
    const of = (frameworkId: string) => ({ frameworkId, agentId: agent.id, role: 'eng', resources: Resources.of([cpu]) });
    makeOffers(story.deps, {
      number: 1,
      seenRequest: story.changes.length,
      allocations: [of(eng.framework.id), of(other.framework.id), of(eng.framework.id)],
    });
    const sizes = (events: typeof eng.events) => events.flatMap((event) => (event.type === 'OFFERS' ? [event.offers.length] : []));
    expect([sizes(eng.events), sizes(other.events)]).toEqual([[2], [1]]);
  });

  it('become offers that say of which agent they are, where it stands, and for which role (C-092)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const attributes = [{ name: 'rack', value: { kind: 'text', text: 'r1' } }] as never;
    const domain = { region: 'north', zone: 'n-1' };
    const agent = await story.register({ agent: { hostname: 'host-7', httpPort: 6000, attributes, domain } });
    story.offer(eng, agent, [cpu]);
    const event = eng.events.at(-1);
    expect(event?.type === 'OFFERS' && event.offers).toMatchObject([
      {
        frameworkId: eng.framework.id,
        agentId: agent.agent.id,
        hostname: 'host-7',
        url: { hostname: 'host-7', ip: '10.1.0.7', port: 6000 },
        role: 'eng',
        attributes,
        domain,
      },
    ]);
    expect(event?.type === 'OFFERS' && event.offers[0]?.resources.toList()).toMatchObject([{ allocationRole: 'eng' }]);
    // The allocator hears of the same, for offer constraints.
    expect(story.changes.find(({ kind }) => kind === 'put_agent')).toMatchObject({ hostname: 'host-7', attributes, domain });
  });

  it('go back when their framework is away or the agent no longer has them (C-091)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register({ checkpointed: Resources.of([engDisk(40)]) });
    expect(story.offer(eng, agent, [V, cpu])).toBeUndefined();
    eng.disconnect();
    expect(story.offer(eng, agent, [cpu])).toBeUndefined();
    expect(story.recovered()).toHaveLength(2);
  });

  it('that were made before the allocator knew of the agent’s registration are void: neither offered nor given back', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const { agent } = await story.register();
    const allocation = { frameworkId: eng.framework.id, agentId: agent.id, role: 'eng', resources: Resources.of([cpu]) };
    makeOffers(story.deps, { number: 1, seenRequest: agent.bookedInRequest - 1, allocations: [allocation] });
    expect(story.deps.offers.size).toBe(0);
    expect(story.recovered()).toEqual([]);
  });
});

describe('RESCIND', () => {
  it('comes when the agent breaks off, and not when the framework does: nobody would hear it (C-093)', async () => {
    const story = new MasterStory();
    const [eng, gone] = [story.subscribe(), story.subscribe()];
    const agent = await story.register();
    story.offer(gone, agent, [cpu]);
    gone.disconnect();
    story.offer(eng, agent, [cpu]);
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    expect([eng, gone].map(({ events }) => events.filter(({ type }) => type === 'RESCIND').length)).toEqual([1, 0]);
    expect(story.recovered()).toEqual(['cpus:1', 'cpus:1']);
  });

  it('returns all of an offer’s resources, without filter, and the offer cannot be answered any more (promise 9, A-064)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
    const id = story.offer(eng, agent, [V, cpu, engDisk(60)]);
    const offer = story.deps.offers.get(id ?? '');
    if (!offer) throw new Error('no offer was made');
    rescindOffer(story.deps, offer);
    expect(eng.events.at(-1)).toEqual({ type: 'RESCIND', offerId: id });
    const [recovered] = story.changes.flatMap((change) => (change.kind === 'recover_resources' ? [change] : []));
    expect(recovered?.resources.equals(Resources.of([V, cpu, engDisk(60)]))).toBe(true);
    expect(recovered).toMatchObject({ offered: true });
    expect(recovered).not.toHaveProperty('refuseMs');
    await expect(story.accept(eng, id)).rejects.toThrow('no longer outstanding');
  });
});

describe('DECLINE', () => {
  it('returns offers with a filter and names those that were gone (C-050, D-023)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register();
    const offer = story.offer(eng, agent, [cpu]) ?? '';
    const request = { frameworkId: eng.framework.id, offerIds: [offer, 'gone'], filters: { refuseMs: 2_000 } };
    expect(declineOffers(story.deps, eng.framework, request)).toEqual(['gone']);
    expect(story.recovered()).toEqual(['cpus:1 for 2000 ms']);
  });
});
