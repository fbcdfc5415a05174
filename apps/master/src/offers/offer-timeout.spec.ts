import { scalar } from '@holdfast/core/resources';
import { MasterStory } from '../master.fixture';
import { watchOffers } from './watch-offers';

const cpu = scalar('cpus', 1);

describe('an offer', () => {
  it('is rescinded once it has been outstanding for the offer timeout; all of it goes back without filter (C-090)', async () => {
    const story = new MasterStory({ HOLDFAST_MASTER_OFFER_TIMEOUT_MS: '5000' });
    const stop = watchOffers(story.deps);
    const eng = story.subscribe();
    const agent = await story.register();
    const older = story.offer(eng, agent, [cpu]);
    story.world.advance(3_000);
    const newer = story.offer(eng, agent, [scalar('cpus', 2)]);
    story.world.advance(2_000);
    const rescinded = () => eng.events.flatMap((event) => (event.type === 'RESCIND' ? [event.offerId] : []));
    expect(rescinded()).toEqual([older]);
    expect(story.recovered()).toEqual(['cpus:1']);
    await expect(story.accept(eng, older)).rejects.toThrow('no longer outstanding');
    stop();
    story.world.advance(60_000);
    expect(story.deps.offers.get(newer ?? '')).toBeDefined();
  });

  it('stays for ever without an offer timeout, and however many there are (C-090, D-017)', async () => {
    const story = new MasterStory();
    watchOffers(story.deps);
    const eng = story.subscribe();
    const agent = await story.register();
    for (let made = 0; made < 60; made++) story.offer(eng, agent, [cpu]);
    story.world.advance(365 * 24 * 3_600_000);
    expect(story.deps.offers.size).toBe(60);
  });
});
