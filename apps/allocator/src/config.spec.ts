import { allocatorSettings } from './config';

describe('the settings of the allocator', () => {
  it('has defaults that serve a development cluster', () => {
    expect(allocatorSettings.read({})).toMatchObject({
      host: '127.0.0.1',
      grpcPort: 7060,
      httpPort: 9060,
      intervalMs: 1000,
      minAllocatable: 'cpus:0.01|mem:32',
      queueRedisUrl: 'redis://127.0.0.1:6379',
    });
  });

  it('takes the Redis of the ledger for the queue, unless told another', () => {
    expect(allocatorSettings.read({ HOLDFAST_REDIS_URL: 'redis://r:1' }).queueRedisUrl).toBe('redis://r:1');
    expect(allocatorSettings.read({ HOLDFAST_REDIS_URL: 'redis://r:1', HOLDFAST_QUEUE_REDIS_URL: 'redis://q:2' }).queueRedisUrl).toBe(
      'redis://q:2',
    );
  });

  it('refuses a minimum that it cannot read (C-059)', () => {
    expect(() => allocatorSettings.read({ HOLDFAST_ALLOCATOR_MIN_ALLOCATABLE: 'cpus=1' })).toThrow(/MIN_ALLOCATABLE.*cpus=1/);
  });
});
