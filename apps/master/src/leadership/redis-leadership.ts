import type { Redis } from 'ioredis';
import type { Epoch, IdSource } from '@holdfast/core/base';
import { keysOf } from '../keys';
import { StaleLeader, type Leadership } from './leadership';

/** Raises the counter above `floor` unless somebody else has moved it since `expected`. Replies { 'claimed' | 'stale', epoch }. */
const RAISE = `
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
local expected = tonumber(ARGV[1])
if expected > 0 and current > expected then return { 'stale', current } end
local epoch = math.max(current, tonumber(ARGV[2])) + 1
redis.call('SET', KEYS[1], epoch)
return { 'claimed', epoch }
`;

/** Claims the next epoch. Waits for Redis as long as it takes: without an epoch there is no leadership. */
export async function claimLeadership(redis: Redis, keyPrefix: string, ids: IdSource): Promise<Leadership> {
  const key = keysOf(keyPrefix).epoch;
  const claim = async (expected: Epoch, floor: Epoch): Promise<Epoch> => {
    const [word, epoch] = (await redis.eval(RAISE, 1, key, expected, floor)) as ['claimed' | 'stale', number];
    if (word === 'stale') throw new StaleLeader(expected, epoch);
    return epoch;
  };
  let epoch = await claim(0, 0);
  return {
    masterId: ids.uuid(),
    get epoch() {
      return epoch;
    },
    async raiseAbove(floor) {
      if (floor > epoch) epoch = await claim(epoch, floor);
    },
  };
}
