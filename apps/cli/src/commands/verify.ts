import { InvalidArgumentError, type Command } from 'commander';
import type { LedgerDifference, VerifiedStore } from '@holdfast/core/verification';
import type { VerifyQuery } from '@holdfast/contracts';
import type { CliContext } from '../context';
import { parseDurationMs } from '../duration';
import { CommandFailed, EXIT } from '../exit-code';
import { plainDifference, plainStore, seconds, table, whileWaiting, type Terminal } from '../output';
import { ask, asksMaster, print, type AskOptions } from './ask-master';

export interface VerifyOptions extends AskOptions {
  readonly agent?: string;
  readonly settle?: number;
}

const SETTLE_AT_MOST_MS = 60_000;
/** What a large cluster may take, beside the settling; Ctrl-C ends it sooner, and a master that dies meanwhile is noticed. */
const LOOK_MS = 600_000;

export const verifyTimeoutMs = ({ settle = SETTLE_AT_MOST_MS }: VerifyOptions): number => LOOK_MS + settle;

export const NOT_COMPARED_HELP = `${EXIT.notCompared}: no difference found, but a store could not be compared`;

/** `holdfast verify`: do ledger, master and agents agree? */
export function addVerifyCommand(program: Command, context: CliContext): void {
  settles(asksMaster(program.command('verify').description('compare ledger, master and agents while they work'), context))
    .addHelpText('after', `\nExit codes: 0 all agree; 1 differences; ${NOT_COMPARED_HELP}; 3 master unreachable; 2 wrong command line.`)
    .action(async (options: VerifyOptions) => {
      const asked = ask(context, options, (operator) => operator.verifyLedger(queryOf(options)), {
        callTimeoutMs: verifyTimeoutMs(options),
      });
      const { differences, stores } = await whileWaiting(context.terminal, progress, asked);
      print(context, options, { differences: differences.map(plainDifference), stores: stores.map(plainStore) }, () =>
        [
          storeTable(context.terminal, stores),
          ...differences.map((difference) => describeDifference(context.terminal, difference)),
          verdict(context.terminal, differences, stores),
        ].join('\n\n'),
      );
      endWith(differences.length > 0, stores);
    });
}

/** Adds what `verify` and `repair` have in common. */
export const settles = (command: Command): Command =>
  command
    .option('--agent <id>', 'only the store of this agent; without it, every store')
    .option('--settle <duration>', 'how long something must differ before it is told; 5s if not given, at most 1m', parseSettle);

export const queryOf = ({ agent, settle }: VerifyOptions): VerifyQuery => ({
  ...(agent !== undefined && { agentId: agent }),
  ...(settle !== undefined && { settleMs: settle }),
});

/** Says with the exit code what was found. */
export function endWith(hasDifferences: boolean, stores: readonly VerifiedStore[]): void {
  if (hasDifferences) throw new CommandFailed(EXIT.refused, '');
  if (stores.some(({ problem }) => problem !== undefined)) throw new CommandFailed(EXIT.notCompared, '');
}

export const progress = (elapsedMs: number): string =>
  `Comparing; what differs is looked at again until it has settled … ${seconds(elapsedMs)}`;

export const storeTable = (terminal: Terminal, stores: readonly VerifiedStore[]): string =>
  table(
    terminal,
    stores,
    [
      ['store', ({ storeId }) => storeId],
      ['agent', ({ agentId }) => agentId ?? '-'],
      ['revision', ({ revision }) => revision],
      ['volumes', ({ volumeCount }) => volumeCount],
      ['holders', ({ holderCount }) => holderCount],
      ['compared', ({ problem }) => (problem === undefined ? true : `no: ${problem}`)],
    ],
    'The ledger knows no stores.',
  );

/** What differs, where, by whose word, and what to do about it. `whatNext`: a heading and a sentence in place of the remedy. */
export function describeDifference(
  { colours, marks }: Terminal,
  difference: LedgerDifference,
  whatNext?: readonly [string, string],
): string {
  const { kind, message, storeId, agentId, volume, holder, evidence, remedy } = difference;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['volume', volume],
    [
      'holder',
      holder &&
        `${holder.taskId} of ${holder.frameworkId}, launch ${holder.launchId} on ${holder.agentId} (${holder.mode}, ${holder.state})`,
    ],
    ['where', agentId === undefined ? `store ${storeId}; no agent with it is known` : `agent ${agentId}, store ${storeId}`],
    ['ledger', evidence.ledger],
    ['master', evidence.master],
    ['agent', evidence.agent],
    whatNext ?? ['remedy', remedy],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`    ${colours.dim(name.padEnd(10))}${value}`]));
  return [`${marks.bad} ${colours.bold(kind)}: ${message}`, ...lines].join('\n');
}

function verdict({ colours, marks }: Terminal, differences: readonly LedgerDifference[], stores: readonly VerifiedStore[]): string {
  const left = stores.filter(({ problem }) => problem !== undefined).length;
  const besides = left === 0 ? '' : ` ${left} of ${stores.length} stores could not be compared.`;
  if (differences.length === 0) {
    return left === 0
      ? `${marks.good} Ledger, master and agents agree.`
      : `${colours.yellow('Nothing differs where it could be compared.')}${besides}`;
  }
  const repairable = differences.filter(({ isRepairable }) => isRepairable).length;
  const repair = repairable === 0 ? '' : ` "holdfast repair --dry-run" says what can be mended (${repairable}).`;
  return `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}.${besides}${repair}`;
}

function parseSettle(value: string): number {
  const ms = parseDurationMs(value);
  if (ms > SETTLE_AT_MOST_MS) throw new InvalidArgumentError('It must be at most 1m.');
  return ms;
}
