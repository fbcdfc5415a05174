import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const PROGRAM = resolve(__dirname, '../../dist/tools/chaos.cjs');
const SEED = process.env['HOLDFAST_SEED'] ?? String(Date.now() % 1_000_000);

const REPORT = z.object({
  rounds: z.int(),
  faults: z.array(z.object({ fault: z.string(), injected: z.int(), survived: z.int(), violations: z.int(), missed: z.int() })),
  deeds: z.record(z.string(), z.int()),
  violations: z.array(z.unknown()),
});

/** `npm run chaos -- --short`; a failure is replayed, as far as real processes can be, with HOLDFAST_SEED. */
describe(`a cluster under load whose parts die (seed ${SEED})`, () => {
  let home: string;
  let output: string;
  let exitCode: number | null;
  let report: z.infer<typeof REPORT>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-chaos-spec-'));
    const file = join(home, 'report.json');
    ({ exitCode, output } = await run(['--short', '--agents', '2', '--seed', SEED, '--json', file]));
    if (exitCode !== 0) throw new Error(`chaos ended with exit code ${exitCode}:\n${output}`);
    report = REPORT.parse(JSON.parse(await readFile(file, 'utf8')));
    // It ends within two minutes; a fault that was missed gets another turn, until ten minutes are over.
  }, 900_000);
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('keeps every volume, every reference and every promise (promises 1 and 2, A-180, A-182)', () => {
    expect(report.violations).toEqual([]);
    expect(output).toContain('Nothing was violated.');
  });

  it('was hurt: each service was killed, Redis lost writes, the network was cut, processes died before and after commits', () => {
    const took = report.faults.filter(({ injected }) => injected > 0).map(({ fault }) => fault);
    for (const service of ['volume-registry', 'allocator', 'master', 'agent-1', 'redis']) expect(took).toContain(`kill:${service}`);
    expect(took).toContain('truncate:redis');
    expect(took).toContainEqual(expect.stringMatching(/^cut:/));
    expect(took.filter((fault) => fault.startsWith('die:')).length).toBeGreaterThanOrEqual(4);
  });

  it('was busy meanwhile', () => {
    for (const deed of ['creates', 'launches', 'destroys']) expect(report.deeds[deed]).toBeGreaterThan(0);
  });
});

function run(args: readonly string[]): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  // A test run that ends early must leave no cluster behind.
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      process.off('exit', endWithUs);
      done({ exitCode, output: output.join('') });
    });
  });
}
