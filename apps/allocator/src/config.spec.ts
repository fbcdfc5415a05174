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
      filterGpuResources: true,
    });
    expect(allocatorSettings.read({}).region).toBeUndefined();
  });

  it('takes the Redis of the ledger for the queue, unless told another', () => {
    expect(allocatorSettings.read({ HOLDFAST_REDIS_URL: 'redis://r:1' }).queueRedisUrl).toBe('redis://r:1');
    expect(allocatorSettings.read({ HOLDFAST_REDIS_URL: 'redis://r:1', HOLDFAST_QUEUE_REDIS_URL: 'redis://q:2' }).queueRedisUrl).toBe(
      'redis://q:2',
    );
  });

  it('takes the region of the master, and whether gpus are for those who ask for them (C-073, C-074)', () => {
    const settings = allocatorSettings.read({ HOLDFAST_ALLOCATOR_REGION: 'eu', HOLDFAST_ALLOCATOR_FILTER_GPU_RESOURCES: 'false' });
    expect(settings).toMatchObject({ region: 'eu', filterGpuResources: false });
  });

  it('refuses a minimum that it cannot read (C-059)', () => {
    expect(() => allocatorSettings.read({ HOLDFAST_ALLOCATOR_MIN_ALLOCATABLE: 'cpus=1' })).toThrow(/MIN_ALLOCATABLE.*cpus=1/);
  });
});
