import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from './cluster';
import { ClusterStartError } from './running-cluster';
import { RedisMissingError } from './redis-server';

const APPS = ['master', 'allocator', 'volume-registry', 'agent'];

describe('startCluster', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-cluster-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  /** Bundles that are not what they should be; Redis is real. */
  async function toyDist(script: string): Promise<string> {
    const dist = join(home, 'dist');
    await mkdir(dist);
    await writeFile(join(dist, 'telemetry-preload.cjs'), '');
    for (const app of APPS) {
      await mkdir(join(dist, 'apps', app), { recursive: true });
      await writeFile(join(dist, 'apps', app, 'main.cjs'), script);
    }
    return dist;
  }

  const options = (distDir: string, env = process.env) => ({
    workDir: join(home, 'work'),
    agents: 1,
    resources: 'cpus:1',
    isEphemeral: true,
    distDir,
    env,
  });

  it('gives up on a service that keeps dying before it serves, with its last lines, and stops the others', async () => {
    const dist = await toyDist(`console.log('{"level":"fatal","msg":"cannot start","reason":["The disk is full."]}'); process.exit(1);`);
    const deaths: string[] = [];
    const started = startCluster(options(dist), { onDied: ({ name }) => deaths.push(name) });
    await expect(started).rejects.toThrow(ClusterStartError);
    await expect(started).rejects.toThrow(/does not start \(exit code 1\)[^]*cannot start: The disk is full\./);
    expect(deaths.length).toBeGreaterThanOrEqual(2);
    expect(await readdir(join(home, 'work'))).not.toContain('cluster.lock');
  });

  it('stops in the middle of a start when asked to', async () => {
    const dist = await toyDist('setInterval(() => undefined, 1000);');
    const stopping = new AbortController();
    const started = startCluster(options(dist), { onProgress: () => stopping.abort(new Error('enough')) }, stopping.signal);
    await expect(started).rejects.toThrow('enough');
    expect(await readdir(join(home, 'work'))).not.toContain('cluster.lock');
  });

  it('says the one line to type where there is no Redis', async () => {
    const started = startCluster(options(home, { ...process.env, PATH: home }));
    await expect(started).rejects.toThrow(RedisMissingError);
    await expect(started).rejects.toThrow('apt-get install -y redis-server');
  });
});
