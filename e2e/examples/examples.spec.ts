import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type TestCluster, startCluster } from '@holdfast/testing/cluster';

const ROOT = resolve(__dirname, '../..');

let cluster: TestCluster;
beforeAll(async () => {
  // So that whoever hears of the end of a task finds its holder gone, however slow the ledger is.
  cluster = await startCluster({ agents: 1, env: { HOLDFAST_MASTER_RELEASE_WAIT_MS: '30000' } });
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(language: string): Promise<Outcome> {
  const example = spawn(resolve(ROOT, 'examples', language, 'run'), {
    env: { ...process.env, HOLDFAST_MASTER: cluster.ready.master.grpc },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  example.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  example.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((done) => example.once('close', (code) => done({ code, out, err })));
}

/** One after the other on one agent: each leaves the disk as it found it, or the next finds no room under the same name. */
describe.each(['typescript', 'python', 'go'])('the example in %s', (language) => {
  it('creates a shared volume, runs two tasks on it, is refused a DESTROY that names both, and destroys it afterwards (A-055, A-039)', async () => {
    const { code, out, err } = await run(language);
    expect({ code, err: code === 0 ? '' : err + out }).toEqual({ code: 0, err: '' });
    const refusal = out.split('\n').find((line) => line.startsWith('DESTROY while in use'));
    expect(refusal).toMatch(/refused \(volume_in_use\).*in use by 2 holders/);
    for (const task of ['writer', 'reader']) expect(refusal).toContain(`task ${task} of framework`);
    expect(out.trimEnd().split('\n').slice(-2)).toEqual(['DESTROY when nobody holds it: applied.', 'Unreserved the 256 MB. Done.']);
  }, 240_000);
});
