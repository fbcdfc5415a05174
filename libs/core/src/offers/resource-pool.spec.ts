import { Resources } from '@holdfast/core/resources';
import { cpus, engDisk, mem } from './accept.fixture';
import { ResourcePool } from './resource-pool';

const of = Resources.of.bind(Resources);

describe('ResourcePool', () => {
  it('takes from what is sure alone if that suffices', () => {
    const pool = new ResourcePool(of([cpus(2), engDisk(10)]));
    pool.add(of([engDisk(50)]), 3);
    expect(pool.take(of([cpus(1), engDisk(10)]))).toEqual([]);
    expect(pool.all.equals(of([cpus(1), engDisk(50)]))).toBe(true);
  });

  it('takes the rest from what steps may produce, and says from which', () => {
    const pool = new ResourcePool(of([cpus(2), engDisk(10)]));
    pool.add(of([engDisk(50)]), 3);
    pool.add(of([mem(32)]), 4);
    pool.add(of([engDisk(50)]), 5);
    expect(pool.take(of([cpus(1), engDisk(70)]))).toEqual([3, 5]);
    expect(pool.all.equals(of([cpus(1), mem(32), engDisk(40)]))).toBe(true);
    expect(pool.take(of([engDisk(40)]))).toEqual([5]);
  });

  it('takes nothing when it is not all there', () => {
    const pool = new ResourcePool(of([cpus(2), engDisk(10)]));
    pool.add(of([engDisk(50)]), 3);
    expect(pool.take(of([cpus(2), engDisk(61)]))).toBeUndefined();
    expect(pool.take(of([cpus(3)]))).toBeUndefined();
    expect(pool.all.equals(of([cpus(2), engDisk(60)]))).toBe(true);
  });

  it('takes several parts, each with its own steps, or none of them', () => {
    const pool = new ResourcePool(of([cpus(2), engDisk(10)]));
    pool.add(of([engDisk(50)]), 3);
    expect(pool.takeEach([of([engDisk(20)]), of([engDisk(20)]), of([cpus(3)])])).toBeUndefined();
    expect(pool.all.equals(of([cpus(2), engDisk(60)]))).toBe(true);
    expect(pool.takeEach([of([cpus(1)]), of([engDisk(20)]), of([cpus(1)])])).toEqual([[], [3], []]);
    expect(pool.all.equals(of([engDisk(40)]))).toBe(true);
  });

  it('counts what was added for sure as sure', () => {
    const pool = new ResourcePool(Resources.empty);
    pool.add(of([cpus(2)]));
    expect(pool.take(of([cpus(2)]))).toEqual([]);
    expect(pool.all.isEmpty).toBe(true);
  });
});
