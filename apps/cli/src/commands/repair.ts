import { Option, type Command } from 'commander';
import type { LedgerRepair, VerifiedStore } from '@holdfast/core/verification';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import { plainRepair, plainStore, whileWaiting, type Terminal } from '../output';
import { ask, asksMaster, print } from './ask-master';
import {
  describeDifference,
  endWith,
  NOT_COMPARED_HELP,
  progress,
  queryOf,
  settles,
  storeTable,
  verifyTimeoutMs,
  type VerifyOptions,
} from './verify';

interface RepairOptions extends VerifyOptions {
  readonly dryRun?: true;
  readonly apply?: true;
}

/** `holdfast repair`: mends what `verify` finds, from what the agents report. */
export function addRepairCommand(program: Command, context: CliContext): void {
  settles(asksMaster(program.command('repair').description('mend what "verify" finds, from what the agents report'), context))
    .addOption(new Option('--dry-run', 'say what would be done').conflicts('apply'))
    .addOption(new Option('--apply', 'do it; each change stands in the history with your name'))
    .addHelpText(
      'after',
      `\nExit codes: 0 nothing differs, or all is mended; 1 something remains, or would be done; ${NOT_COMPARED_HELP}; 3 master unreachable; 2 wrong command line.`,
    )
    .action((options: RepairOptions) => repair(context, options));
}

async function repair(context: CliContext, options: RepairOptions): Promise<void> {
  const { apply = false, dryRun = false } = options;
  if (!apply && !dryRun) throw new CommandFailed(EXIT.usage, 'Say --dry-run to be told what would be done, or --apply to have it done.');
  const asked = ask(context, options, (operator) => operator.repairLedger({ ...queryOf(options), apply }), {
    // It compares, mends, and compares again.
    callTimeoutMs: 2 * verifyTimeoutMs(options),
    ...(apply && { ifInDoubt: 'run "holdfast verify"; to repair again does no harm.' }),
  });
  const { repairs, stores } = await whileWaiting(context.terminal, progress, asked);
  print(context, options, { repairs: repairs.map(plainRepair), stores: stores.map(plainStore) }, () =>
    describe(context.terminal, repairs, stores),
  );
  endWith(
    repairs.some(({ isDone }) => isDone !== true),
    stores,
  );
}

function describe(terminal: Terminal, repairs: readonly LedgerRepair[], stores: readonly VerifiedStore[]): string {
  return [storeTable(terminal, stores), ...repairs.map((each) => describeRepair(terminal, each)), summary(terminal, repairs, stores)].join(
    '\n\n',
  );
}

function describeRepair(terminal: Terminal, { difference, action, isDone }: LedgerRepair): string {
  const { colours, marks } = terminal;
  if (isDone) return `${marks.good} ${colours.bold(difference.kind)}: ${difference.message}\n    ${colours.dim('done      ')}${action}`;
  return describeDifference(terminal, difference, [isDone === undefined ? 'would do' : 'remains', action]);
}

function summary({ marks }: Terminal, repairs: readonly LedgerRepair[], stores: readonly VerifiedStore[]): string {
  const left = stores.filter(({ problem }) => problem !== undefined).length;
  const besides = left === 0 ? '' : ` ${left} of ${stores.length} stores could not be compared.`;
  if (repairs.length === 0) return `${left === 0 ? `${marks.good} ` : ''}Nothing to repair.${besides}`;
  const mended = repairs.filter(({ isDone }) => isDone === true).length;
  const remaining = repairs.length - mended;
  if (repairs.every(({ isDone }) => isDone === undefined))
    return `${repairs.length} ${repairs.length === 1 ? 'difference' : 'differences'}; nothing was changed.${besides} "holdfast repair --apply" does it.`;
  return `${mended} mended, ${remaining} ${remaining === 1 ? 'remains' : 'remain'}.${besides}`;
}
