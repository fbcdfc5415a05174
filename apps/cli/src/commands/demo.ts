import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startCluster, type ClusterListener } from '../cluster';
import type { CliContext } from '../context';
import { createNarrator, playStory, type Narrator } from '../demo';
import { CommandFailed, EXIT } from '../exit-code';
import { seconds } from '../output';

interface DemoOptions {
  readonly json?: true;
  readonly keep?: true;
}

const AGENTS = 2;
const RESOURCES = 'cpus:4;mem:4096;disk:10240';
const LIMIT_MS = 60_000;

/** `holdfast demo`: the shared-volume story, told as it happens and checked against what is on the disks. */
export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command('demo')
    .description('start a fresh cluster on free ports and tell the story of a shared volume, each line once it is verified')
    .option('--json', 'print each verified line as a JSON object')
    .option('--keep', 'keep the directory of the cluster, with its logs, when all is well (it is always kept when not)')
    .action((options: DemoOptions) => runDemo(context, options));
}

async function runDemo(context: CliContext, options: DemoOptions): Promise<void> {
  const { terminal, signal } = context;
  const isJson = options.json === true;
  const tooLong = AbortSignal.timeout(LIMIT_MS);
  const ending = AbortSignal.any([signal, tooLong]);
  const narrator = createNarrator(terminal, { isJson, ending, interrupted: signal });
  const workDir = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  if (!isJson) {
    terminal.say(terminal.colours.bold('Several tasks share one persistent volume, and nobody can destroy it under them.'));
    terminal.say(`A cluster of its own starts in ${workDir}: Redis, volume registry, allocator, master, two agents …`);
  }
  let failure: unknown;
  try {
    await play(context, { narrator, workDir, isJson, ending });
  } catch (error) {
    failure = tooLong.aborted ? new Error(`The story took longer than ${LIMIT_MS / 1000} s.`, { cause: error }) : error;
  }
  const isKept = options.keep === true || (failure !== undefined && !signal.aborted);
  if (!isKept) await rm(workDir, { recursive: true, force: true });
  if (signal.aborted) throw new CommandFailed(EXIT.interrupted, 'Stopped; everything of the demo has ended.');
  sumUp(context, narrator, { failure, isJson, keptDir: isKept ? workDir : undefined });
  if (failure !== undefined) throw new CommandFailed(EXIT.refused, '');
}

interface Performance {
  readonly narrator: Narrator;
  readonly workDir: string;
  readonly isJson: boolean;
  readonly ending: AbortSignal;
}

async function play({ terminal, distDir, env }: CliContext, { narrator, workDir, isJson, ending }: Performance): Promise<void> {
  const listener: ClusterListener = isJson ? {} : { onProgress: (text) => terminal.say(terminal.colours.dim(`  ${text} …`)) };
  const cluster = await startCluster(
    { workDir, agents: AGENTS, resources: RESOURCES, isEphemeral: true, distDir, env: ownEnvironment(env) },
    listener,
    ending,
  );
  try {
    if (!isJson) terminal.say(`It serves after ${seconds(narrator.elapsedMs)}.`);
    await playStory(cluster, narrator, ending);
  } finally {
    await cluster.stop();
  }
}

/** Settings meant for another cluster would change this one. */
const ownEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HOLDFAST_')));

function sumUp(
  { terminal }: CliContext,
  narrator: Narrator,
  { failure, isJson, keptDir }: { readonly failure: unknown; readonly isJson: boolean; readonly keptDir: string | undefined },
): void {
  const { elapsedMs, lines } = narrator;
  const message = failure === undefined ? undefined : failure instanceof Error ? failure.message : String(failure);
  if (isJson) {
    terminal.say(JSON.stringify({ ok: failure === undefined, verified: lines.length, elapsedMs, difference: message, keptDir }));
    return;
  }
  const kept = keptDir === undefined ? '' : `\nThe cluster's directory is kept: ${keptDir} (logs in ${join(keptDir, 'logs')})`;
  if (message === undefined) {
    terminal.say(
      `\n${terminal.marks.good} All ${lines.length} lines verified in ${seconds(elapsedMs)}: shared by three tasks of two frameworks, refused to be destroyed in use, destroyed when free. Everything has stopped.${kept}`,
    );
    return;
  }
  terminal.say(`\n${terminal.marks.bad} After ${lines.length} verified lines something differed:\n${message}${kept}`);
}
