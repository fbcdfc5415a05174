import { planServices, type ClusterOptions } from './service-plan';

const OPTIONS: ClusterOptions = {
  workDir: '/w',
  agents: 2,
  resources: 'cpus:4',
  isEphemeral: true,
  distDir: '/dist',
  env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel' },
};
const PORTS = { masterGrpc: 1, masterHttp: 2, allocatorGrpc: 3, allocatorHttp: 4, registryGrpc: 5, registryHttp: 6, agentsHttp: [7, 8] };

describe('planServices', () => {
  it('starts registry, allocator, master and agents, each with its settings, telemetry first', () => {
    const { services, agents } = planServices({ ...OPTIONS, redisUrl: 'redis://r:1' }, PORTS);
    expect([...services, ...agents].map(({ name }) => name)).toEqual(['volume-registry', 'allocator', 'master', 'agent-1', 'agent-2']);
    expect(services[2]).toMatchObject({
      command: process.execPath,
      args: ['-r', '/dist/telemetry-preload.cjs', '/dist/apps/master/main.cjs'],
      env: { HOLDFAST_MASTER_GRPC_PORT: '1', HOLDFAST_MASTER_ALLOCATOR: '127.0.0.1:3', HOLDFAST_MASTER_REGISTRY: '127.0.0.1:5' },
    });
    expect(agents[1]?.process.env).toMatchObject({
      HOLDFAST_AGENT_MASTER: '127.0.0.1:1',
      HOLDFAST_AGENT_HTTP_PORT: '8',
      HOLDFAST_AGENT_WORK_DIR: '/w/agents/agent-2',
      HOLDFAST_AGENT_RESOURCES: 'cpus:4',
      HOLDFAST_AGENT_STOP_TASKS: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel',
    });
  });

  it.each([
    ['warn', 'info'],
    ['silent', 'info'],
    ['debug', 'debug'],
    ['nonsense', 'nonsense'],
    [undefined, undefined],
  ])('with the log level %s services log as %s: that they serve must be heard, and a mistake be told by them', (asked, given) => {
    const { services, agents } = planServices({ ...OPTIONS, env: { HOLDFAST_LOG_LEVEL: asked }, redisUrl: 'redis://r:1' }, PORTS);
    for (const { env } of [...services, ...agents.map(({ process }) => process)]) expect(env['HOLDFAST_LOG_LEVEL']).toBe(given);
  });

  it('lets each service find another where it is told to, and the rest where it is', () => {
    const dial = { 'master-volume-registry': '127.0.0.1:91', 'master-redis': '127.0.0.1:92', 'agent-2-master': '127.0.0.1:93' };
    const { services, agents } = planServices({ ...OPTIONS, dial }, { ...PORTS, redis: 9 });
    expect(services[2]?.env).toMatchObject({
      HOLDFAST_MASTER_REGISTRY: '127.0.0.1:91',
      HOLDFAST_MASTER_ALLOCATOR: '127.0.0.1:3',
      HOLDFAST_REDIS_URL: 'redis://127.0.0.1:92',
    });
    expect(services[0]?.env).toMatchObject({ HOLDFAST_REDIS_URL: 'redis://127.0.0.1:9' });
    expect(agents.map(({ process }) => process.env['HOLDFAST_AGENT_MASTER'])).toEqual(['127.0.0.1:1', '127.0.0.1:93']);
  });

  it('tells the doors, master and agents, who may call, and the master alone who may do what (architecture 11.9)', () => {
    const access = { credentialsFile: '/c.json', aclsFile: '/a.json' };
    const settings = (options: Partial<ClusterOptions>) => {
      const { services, agents } = planServices({ ...OPTIONS, ...options, redisUrl: 'redis://r:1' }, PORTS);
      const isOfAccess = ([name]: [string, unknown]) => /_(CREDENTIALS|ACLS)$/.test(name);
      const all = [...services, ...agents.map(({ process }) => process)];
      return all.map(({ name, env }) => [name, Object.fromEntries(Object.entries(env).filter(isOfAccess))]);
    };
    expect(settings(access)).toEqual([
      ['volume-registry', {}],
      ['allocator', {}],
      ['master', { HOLDFAST_MASTER_CREDENTIALS: '/c.json', HOLDFAST_MASTER_ACLS: '/a.json' }],
      ['agent-1', { HOLDFAST_AGENT_CREDENTIALS: '/c.json' }],
      ['agent-2', { HOLDFAST_AGENT_CREDENTIALS: '/c.json' }],
    ]);
    expect(settings({}).map(([, each]) => each)).toEqual([{}, {}, {}, {}, {}]);
  });

  it('leaves the queues where the operator has them when Redis is given', () => {
    const { redis, services } = planServices({ ...OPTIONS, redisUrl: 'redis://r:1' }, PORTS);
    expect(redis).toBeUndefined();
    expect(services[0]?.env['HOLDFAST_REDIS_URL']).toBe('redis://r:1');
    expect(services[1]?.env).not.toHaveProperty('HOLDFAST_QUEUE_REDIS_URL');
  });

  it('otherwise starts a private Redis on the loopback interface that writes every change through', () => {
    const { redis, redisUrl, services } = planServices(OPTIONS, { ...PORTS, redis: 9 });
    const settings = redis?.args.join(' ');
    for (const setting of ['--port 9', '--bind 127.0.0.1', '--appendonly yes', '--appendfsync always', '--dir /w/redis']) {
      expect(settings).toContain(setting);
    }
    expect(redisUrl).toBe('redis://127.0.0.1:9');
    expect(services[1]?.env).toMatchObject({ HOLDFAST_REDIS_URL: redisUrl, HOLDFAST_QUEUE_REDIS_URL: redisUrl });
  });

  it('takes only the line that says so for the sign that a service serves', () => {
    const isServingLine = planServices({ ...OPTIONS, redisUrl: 'redis://r:1' }, PORTS).services[0]?.isServingLine;
    expect(isServingLine?.('{"level":"info","msg":"serving","endpoints":{}}')).toBe(true);
    expect(isServingLine?.('{"level":"info","msg":"starting","next":"serving"}')).toBe(false);
    expect(isServingLine?.('"serving"')).toBe(false);
  });
});
