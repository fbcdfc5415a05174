import type { Command } from 'commander';
import type { LedgerEntry, VolumeKey } from '@holdfast/core/volumes';
import type { VolumeName } from '@holdfast/contracts';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../../context';
import { plainEntry, table } from '../../output';
import { asksMaster, parseCount, parseLimit, print, withOperator, type Expect } from '../ask-master';
import { AGENT_OPTION, locateInHistory, parseVolume, VOLUME_ARGUMENT, type OneVolumeOptions } from './volume-name';

interface HistoryOptions extends OneVolumeOptions {
  readonly after: number;
  readonly limit: number;
}

const DEFAULT_LIMIT = 100;
/** The most that a master puts into one answer. */
const PAGE = 1000;

export function addHistoryCommand(volume: Command, context: CliContext): void {
  asksMaster(volume.command('history').description('list the changes of a volume, oldest first, also of one that was destroyed'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option('--after <revision>', 'only changes after this revision of the ledger', parseCount, 0)
    .option('--limit <count>', 'at most so many', parseLimit, DEFAULT_LIMIT)
    .option(...AGENT_OPTION)
    .action(async (key: VolumeKey, options: HistoryOptions) => {
      const { limit, after } = options;
      const entries = await withOperator(context, options, async (operator, expect) =>
        readEntries(operator, expect, await locateInHistory(operator, expect, key, options.agent), { after, limit }),
      );
      print(context, options, entries.map(plainEntry), () => historyTable(context, entries));
      const last = entries.at(-1);
      if (last !== undefined && entries.length === limit)
        context.terminal.complain(`There may be more: go on with --after ${last.revision}.`);
    });
}

async function readEntries(
  operator: Operator,
  expect: Expect,
  name: VolumeName,
  { after, limit }: Pick<HistoryOptions, 'after' | 'limit'>,
): Promise<readonly LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for (;;) {
    const pageSize = Math.min(PAGE, limit - found.length);
    const afterRevision = found.at(-1)?.revision ?? after;
    const { entries } = await expect(operator.history({ ...name, afterRevision, limit: pageSize }));
    found.push(...entries);
    if (entries.length < pageSize || found.length >= limit) return found;
  }
}

const historyTable = ({ terminal }: CliContext, entries: readonly LedgerEntry[]): string =>
  table(
    terminal,
    entries.map(plainEntry),
    [
      ['revision', (entry) => entry.revision],
      ['at', (entry) => entry.at],
      ['change', (entry) => entry.change],
      ['generation', (entry) => entry.generation],
      ['task', (entry) => entry.holder?.taskId ?? '-'],
      ['framework', (entry) => entry.holder?.frameworkId ?? '-'],
      ['agent', (entry) => entry.holder?.agentId ?? '-'],
      ['mode', (entry) => entry.holder?.mode ?? '-'],
      ['by', (entry) => entry.by ?? '-'],
      ['cause', (entry) => entry.cause ?? '-'],
    ],
    'The ledger has no changes of this volume.',
  );
