import { manualWorld } from '@holdfast/testing/world';
import { StartSlots } from './start-slots';

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function crowd(count: number, atOnce: number) {
  const world = manualWorld();
  const slots = new StartSlots(world, atOnce);
  const releases: (() => void)[] = [];
  const begun: number[] = [];
  for (let at = 0; at < count; at++) {
    void slots.take().then((release) => {
      begun.push(at);
      releases[at] = release;
    });
  }
  await settled();
  return { world, begun, release: async (at: number) => (releases[at]!(), settled()) };
}

it('lets so many start at once, and the others in their order as places become free', async () => {
  const { begun, release } = await crowd(5, 2);
  expect(begun).toEqual([0, 1]);
  await release(1);
  expect(begun).toEqual([0, 1, 2]);
  await release(0);
  await release(2);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

it('counts a place that is given back twice once', async () => {
  const { begun, release } = await crowd(4, 1);
  await release(0);
  await release(0);
  expect(begun).toEqual([0, 1]);
});

it('does not wait longer than a while for one whose set-up takes long', async () => {
  const { world, begun, release } = await crowd(3, 1);
  world.advance(1_999);
  await settled();
  expect(begun).toEqual([0]);
  world.advance(1);
  await settled();
  expect(begun).toEqual([0, 1]);
  // That place has been passed on already.
  await release(0);
  expect(begun).toEqual([0, 1]);
});
