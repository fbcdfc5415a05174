import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeReadyFile, writeReadyFile, type ReadyState } from './ready-file';

const state = (master: number): ReadyState => ({
  master: { grpc: '127.0.0.1:7050', http: 'http://127.0.0.1:5050' },
  allocator: { grpc: '127.0.0.1:7060', http: 'http://127.0.0.1:9060' },
  volumeRegistry: { grpc: '127.0.0.1:7070', http: 'http://127.0.0.1:9070' },
  agents: [{ id: 'a', http: 'http://127.0.0.1:5051', workDir: '/tmp/a' }],
  redis: 'redis://127.0.0.1:6379',
  workDir: '/tmp',
  pids: { master, allocator: 2, volumeRegistry: 3, redis: 4, agents: [5] },
});

describe('the ready file', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast-ready-'));
    path = join(dir, 'ready.json');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('is replaced as a whole: who has the old one open reads all of the old one', async () => {
    await writeReadyFile(path, state(1));
    const reader = await open(path);
    await writeReadyFile(path, state(2));
    const old = await reader.readFile('utf8');
    await reader.close();

    expect(JSON.parse(old)).toEqual(state(1));
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(state(2));
    expect(await readdir(dir)).toEqual(['ready.json']);
  });

  it('goes when the cluster goes, and may be gone already', async () => {
    await writeReadyFile(path, state(1));
    await removeReadyFile(path);
    await removeReadyFile(path);
    expect(await readdir(dir)).toEqual([]);
  });

  it('says which file cannot be written', async () => {
    await expect(writeReadyFile(join(dir, 'no', 'ready.json'), state(1))).rejects.toThrow('no/ready.json');
  });
});
