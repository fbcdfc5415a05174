import {
  defineSettings,
  durationMs,
  flag,
  integer,
  oneOf,
  optionalDurationMs,
  optionalText,
  port,
  regionAndZone,
  sameAs,
  secretText,
  SettingsError,
  text,
  url,
} from '.';

const definition = defineSettings({
  service: 'volume-registry',
  about: 'Keeps the ledger.',
  fields: {
    grpcPort: port('HOLDFAST_REGISTRY_GRPC_PORT', 7070, 'Port of the gRPC door.'),
    host: text('HOLDFAST_REGISTRY_HOST', '127.0.0.1', 'Address to listen on.'),
    acls: optionalText('HOLDFAST_REGISTRY_ACLS', undefined, 'File with access rules.'),
    secret: secretText('HOLDFAST_REGISTRY_SECRET', undefined, 'Shared secret.'),
    redisUrl: url('HOLDFAST_REDIS_URL', 'redis://127.0.0.1:6379', 'Where the ledger is.'),
    queueUrl: url('HOLDFAST_QUEUE_REDIS_URL', sameAs('HOLDFAST_REDIS_URL'), 'Where the queues are.'),
    batch: integer('HOLDFAST_REGISTRY_BATCH', 50, 'Transactions per script.', { min: 1, max: 500 }),
    heartbeatMs: durationMs('HOLDFAST_REGISTRY_HEARTBEAT_MS', 1000, 'Pause between heartbeats.'),
    leaseMs: durationMs('HOLDFAST_REGISTRY_LEASE_MS', 5000, 'Life of a lease.'),
    verify: flag('HOLDFAST_REGISTRY_VERIFY', false, 'Compare at every start.'),
    mode: oneOf('HOLDFAST_REGISTRY_MODE', 'strict', 'How to treat differences.', ['strict', 'lenient']),
  },
  check: (s) => (s.leaseMs < 2 * s.heartbeatMs ? ['HOLDFAST_REGISTRY_LEASE_MS: must cover two heartbeats'] : []),
});

const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    definition.read(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
};

describe('settings', () => {
  it('takes its defaults where nothing is set, and where a variable is empty', () => {
    const defaults = {
      grpcPort: 7070,
      host: '127.0.0.1',
      acls: undefined,
      secret: undefined,
      redisUrl: 'redis://127.0.0.1:6379',
      queueUrl: 'redis://127.0.0.1:6379',
      batch: 50,
      heartbeatMs: 1000,
      leaseMs: 5000,
      verify: false,
      mode: 'strict',
    };
    expect(definition.read({})).toEqual(defaults);
    expect(definition.read({ HOLDFAST_REGISTRY_GRPC_PORT: '', PATH: '/bin' })).toEqual(defaults);
  });

  it('reads every kind of setting', () => {
    expect(
      definition.read({
        HOLDFAST_REGISTRY_GRPC_PORT: '0',
        HOLDFAST_REGISTRY_ACLS: '/etc/acls.json',
        HOLDFAST_REGISTRY_SECRET: 's3cret',
        HOLDFAST_REDIS_URL: 'rediss://a:b@redis.example:6380/2',
        HOLDFAST_REGISTRY_BATCH: '500',
        HOLDFAST_REGISTRY_HEARTBEAT_MS: '2500',
        HOLDFAST_REGISTRY_VERIFY: 'true',
        HOLDFAST_REGISTRY_MODE: 'lenient',
      }),
    ).toMatchObject({
      grpcPort: 0,
      acls: '/etc/acls.json',
      secret: 's3cret',
      redisUrl: 'rediss://a:b@redis.example:6380/2',
      queueUrl: 'rediss://a:b@redis.example:6380/2',
      batch: 500,
      heartbeatMs: 2500,
      verify: true,
      mode: 'lenient',
    });
  });

  it('reads a duration and a place that may be left out, and shows the place as it was written', () => {
    const own = defineSettings({
      service: 'example',
      about: '',
      fields: {
        timeoutMs: optionalDurationMs('HOLDFAST_EXAMPLE_TIMEOUT_MS', 'until it is over; not set: never', { min: 1 }),
        domain: regionAndZone('HOLDFAST_EXAMPLE_DOMAIN', 'where it stands'),
      },
    });
    expect(own.read({})).toEqual({ timeoutMs: undefined, domain: undefined });
    expect(own.describe(own.read({}))).toEqual({ HOLDFAST_EXAMPLE_TIMEOUT_MS: '', HOLDFAST_EXAMPLE_DOMAIN: '' });
    const settings = own.read({ HOLDFAST_EXAMPLE_TIMEOUT_MS: '5000', HOLDFAST_EXAMPLE_DOMAIN: 'europe/zone-a' });
    expect(settings).toEqual({ timeoutMs: 5000, domain: { region: 'europe', zone: 'zone-a' } });
    expect(own.describe(settings)).toEqual({ HOLDFAST_EXAMPLE_TIMEOUT_MS: '5000', HOLDFAST_EXAMPLE_DOMAIN: 'europe/zone-a' });
    expect(own.help()).toMatch(/HOLDFAST_EXAMPLE_DOMAIN +\(none\) +where it stands/);
    for (const domain of ['europe', 'europe/', '/a', 'a/b/c', 'a /b']) {
      expect(() => own.read({ HOLDFAST_EXAMPLE_DOMAIN: domain })).toThrow('expected region/zone, such as europe/zone-a');
    }
    expect(() => own.read({ HOLDFAST_EXAMPLE_TIMEOUT_MS: '0' })).toThrow('at least 1');
  });

  it('reports every fault at once: the variable, what was given, what is expected', () => {
    expect(
      faultsOf({
        HOLDFAST_REGISTRY_GRPC_PORT: '70700',
        HOLDFAST_REGISTRY_BATCH: '1e3',
        HOLDFAST_REGISTRY_LEASE_MS: '-1',
        HOLDFAST_REGISTRY_VERIFY: 'yes',
        HOLDFAST_REGISTRY_MODE: 'Strict',
        HOLDFAST_REDIS_URL: 'localhost:6379',
        HOLDFAST_LOG_LEVEL: 'loud',
      }),
    ).toEqual([
      "HOLDFAST_REGISTRY_GRPC_PORT: '70700' was given; expected a port from 0 (any free one) to 65535",
      "HOLDFAST_REDIS_URL: 'localhost:6379' was given; expected a URL such as redis://127.0.0.1:6379",
      "HOLDFAST_REGISTRY_BATCH: '1e3' was given; expected a whole number from 1 to 500",
      "HOLDFAST_REGISTRY_LEASE_MS: '-1' was given; expected milliseconds: a whole number, at least 0",
      "HOLDFAST_REGISTRY_VERIFY: 'yes' was given; expected true or false",
      "HOLDFAST_REGISTRY_MODE: 'Strict' was given; expected one of strict, lenient",
      "HOLDFAST_LOG_LEVEL: 'loud' was given; expected one of debug, info, warn, error, fatal, silent",
    ]);
  });

  it('checks relations once every setting is sound by itself', () => {
    expect(faultsOf({ HOLDFAST_REGISTRY_LEASE_MS: '1999' })).toEqual(['HOLDFAST_REGISTRY_LEASE_MS: must cover two heartbeats']);
    expect(faultsOf({ HOLDFAST_REGISTRY_LEASE_MS: '2000' })).toEqual([]);
  });

  it('reports a misspelt variable of the service, and names the one that was meant', () => {
    expect(
      faultsOf({ HOLDFAST_REGISTRY_GRPC_PROT: '7071', HOLDFAST_REGISTRY_NONSENSE_ALTOGETHER: 'x', HOLDFAST_MASTER_PORT: '1' }),
    ).toEqual([
      'HOLDFAST_REGISTRY_GRPC_PROT: there is no such setting; did you mean HOLDFAST_REGISTRY_GRPC_PORT?',
      'HOLDFAST_REGISTRY_NONSENSE_ALTOGETHER: there is no such setting; --help lists those that there are',
    ]);
    expect(faultsOf({ HOLDFAST_VOLUME_REGISTRY_HOST: 'x' })).toHaveLength(1);
  });

  it('never shows a secret: not in the description, not in a fault', () => {
    const env = { HOLDFAST_REGISTRY_SECRET: 's3cret', HOLDFAST_REDIS_URL: 'redis://user:p%40ss@host:6379/1?tls=1' };
    const shown = definition.describe(definition.read(env));
    expect(shown).toMatchObject({
      HOLDFAST_REGISTRY_SECRET: '********',
      HOLDFAST_REDIS_URL: 'redis://user:********@host:6379/1?tls=1',
      HOLDFAST_QUEUE_REDIS_URL: 'redis://user:********@host:6379/1?tls=1',
      HOLDFAST_REGISTRY_GRPC_PORT: '7070',
      HOLDFAST_REGISTRY_ACLS: '',
      HOLDFAST_REGISTRY_VERIFY: 'false',
    });
    expect(JSON.stringify(shown)).not.toMatch(/s3cret|p%40ss/);
    expect(faultsOf({ HOLDFAST_REDIS_URL: 'redis//:p4ss@host' }).join()).not.toContain('p4ss');
  });

  it('masks the password of a url without a user, and one in its query', () => {
    const shownUrl = (redisUrl: string) => definition.describe({ ...definition.read({}), redisUrl }).HOLDFAST_REDIS_URL;
    expect(shownUrl('redis://:p4ss@host:1/0')).toBe('redis://:********@host:1/0');
    expect(shownUrl('redis://:p@4@ss@host:1/0')).toBe('redis://:********@host:1/0');
    expect(shownUrl('redis://host:1/0?password=p4ss&db=2')).toBe('redis://host:1/0?password=********&db=2');
    expect(shownUrl('redis://host:1/0')).toBe('redis://host:1/0');
  });

  it('helps: every variable, its default and its meaning, in aligned columns', () => {
    const help = definition.help();
    expect(help).toContain('holdfast volume-registry\n\nKeeps the ledger.');
    const rows = help.split('\n').filter((line) => line.startsWith('  HOLDFAST_'));
    expect(rows.map((row) => row.trim().split(/\s+/)[0])).toEqual([
      ...Object.values(definition.fields).map(({ name }) => name),
      'HOLDFAST_LOG_LEVEL',
    ]);
    const meaningColumn = help
      .split('\n')
      .find((line) => line.includes('MEANING'))!
      .indexOf('MEANING');
    for (const row of rows) expect(row.slice(meaningColumn - 2, meaningColumn + 1)).toMatch(/^ {2}\S/);
    expect(help).toMatch(/HOLDFAST_REGISTRY_GRPC_PORT +7070 +Port of the gRPC door. \(a port from 0/);
    expect(help).toMatch(/HOLDFAST_QUEUE_REDIS_URL +as HOLDFAST_REDIS_URL +/);
    expect(help).toMatch(/HOLDFAST_REGISTRY_SECRET +\(none\) +/);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThan(160);
  });

  it('is read-only', () => {
    expect(Object.isFrozen(definition.read({}))).toBe(true);
  });

  it('takes no duration whose name does not say milliseconds', () => {
    expect(() => durationMs('HOLDFAST_X_SECONDS', 1, '')).toThrow('_MS');
  });
});
