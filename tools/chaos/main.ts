import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { TELLING } from './faults/catalogue';
import { formatReport, writeReport } from './report';
import { runChaos } from './run-chaos';

interface Options {
  readonly minutes: number;
  readonly seed: string;
  readonly agents: number;
  readonly faults?: string;
  readonly short: boolean;
  readonly json?: string;
  readonly dist: string;
}

/** The bundle lies in dist/tools. */
const DIST_DIR = resolve(__dirname, '..');
const INTERRUPTED = 130;

const program = new Command('chaos')
  .description(
    'Runs a real cluster under a load of frameworks, kills, stops, cuts off and corrupts its parts at random, and checks after each round that no volume is lost, leaked, or destroyed under a task.',
  )
  .option('--minutes <n>', 'how long rounds begin', positive, 10)
  .option(
    '--seed <text>',
    'what everybody chooses follows from it; the order of what really happens does not',
    String(Date.now() % 1_000_000),
  )
  .option('--agents <n>', 'how many agents', positive, 3)
  .option('--faults <list>', "beginnings of names of faults, such as 'kill,die:agent,cut:master-allocator'; all by default")
  .option('--short', 'the most telling faults, each once, in about a minute', false)
  .option('--json <file>', 'write the report to a file, too')
  .option('--dist <dir>', 'the folder with the bundles', DIST_DIR)
  .addHelpText('after', '\nExit code 0: nothing was violated; 1: something was, and the work directory is kept; 130: stopped with Ctrl-C.')
  .action(run);

async function run({ minutes, seed, agents, faults, short, json, dist }: Options): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
  console.error(`chaos: seed ${seed}`);
  const report = await runChaos({
    seed,
    agents,
    limitMs: short ? SHORT_LIMIT_MS : minutes * 60_000,
    isEachOnce: short,
    faults: faults ?? (short ? TELLING.join(',') : undefined),
    distDir: resolve(dist),
    say: (line) => console.error(line),
    signal: stopping.signal,
  });
  console.log(formatReport(report));
  if (json !== undefined) writeReport(resolve(json), report);
  if (report.violations.length > 0) process.exitCode = 1;
  else if (stopping.signal.aborted) process.exitCode = INTERRUPTED;
}

const SHORT_LIMIT_MS = 10 * 60_000;

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

program.parseAsync().then(
  () => process.exit(process.exitCode ?? 0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
