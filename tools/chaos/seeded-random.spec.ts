import { SeededRandom } from './seeded-random';

const some = (random: SeededRandom) => Array.from({ length: 1000 }, () => random.next());

describe('seeded random numbers', () => {
  it('follow from the seed', () => {
    expect(some(new SeededRandom('7/ada'))).toEqual(some(new SeededRandom('7/ada')));
    expect(some(new SeededRandom('7/ada'))).not.toEqual(some(new SeededRandom('7/ben')));
  });

  it('are spread evenly between 0 and 1', () => {
    const numbers = some(new SeededRandom('x'));
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
    for (let tenth = 0; tenth < 10; tenth += 1)
      expect(numbers.filter((number) => Math.floor(number * 10) === tenth).length).toBeGreaterThan(60);
  });

  it('choose every item, and shuffle without losing one', () => {
    const random = new SeededRandom('x');
    const items = ['a', 'b', 'c', 'd'];
    expect(new Set(Array.from({ length: 100 }, () => random.pick(items)))).toEqual(new Set(items));
    expect([...random.shuffle(items)].sort()).toEqual(items);
    expect(() => random.pick([])).toThrow('nothing to choose from');
  });
});
