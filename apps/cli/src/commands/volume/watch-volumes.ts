import { InvalidArgumentError, type Command } from 'commander';
import type { Revision, StoreId } from '@holdfast/core/base';
import { splitVolumeKey, type StorePosition, type VolumeKey } from '@holdfast/core/volumes';
import type { WatchedEntry, WatchQuery } from '@holdfast/contracts';
import type { CliContext } from '../../context';
import { CommandFailed, EXIT } from '../../exit-code';
import { isoTime, plainWatched, type Terminal } from '../../output';
import { asksMaster, withOperator, type AskOptions } from '../ask-master';
import { describeHolder } from './describe-volume';
import { followChanges } from './follow-changes';
import { parseVolume } from './volume-name';

interface WatchOptions extends AskOptions {
  readonly agent?: string;
  readonly role?: string;
  readonly after?: readonly StorePosition[];
}

export function addWatchCommand(volume: Command, context: CliContext): void {
  asksMaster(volume.command('watch').description('show changes of the ledger as they are made, until Ctrl-C'), context)
    .argument('[volume]', 'only this one: role and id, such as eng/dataset; without it, all', parseVolume)
    .option('--agent <id>', 'only changes on this agent')
    .option('--role <role>', 'only volumes reserved to this role')
    .option('--after <store=revision>', 'go on after this change, as an earlier watch has said; once for each store', collectPosition)
    .addHelpText('after', '\nWith --json each line is one change. Where to go on is told on standard error.')
    .action((key: VolumeKey | undefined, options: WatchOptions) => watchVolumes(context, key, options));
}

async function watchVolumes(context: CliContext, key: VolumeKey | undefined, options: WatchOptions): Promise<void> {
  const { terminal, signal } = context;
  const positions = new Map<StoreId, Revision>();
  const query = queryOf(key, options);
  await withOperator(context, options, async (operator, expect) => {
    const reason = await followChanges(
      { open: (from) => operator.watchVolumes(from), query, positions, hasAnswered: false },
      {
        onAnswer: ({ entries }) => {
          for (const watched of entries) terminal.say(options.json ? JSON.stringify(plainWatched(watched)) : changeLine(terminal, watched));
        },
        onLost: (why) => terminal.complain(`${why} It is asked again until it answers.`),
        onBack: () => terminal.complain('The master answers again; the watch goes on after the last change shown.'),
      },
      signal,
    );
    if (reason === undefined) return;
    // A watch that has begun says where it was, whatever ended it; but what is no longer kept cannot be asked for again.
    if (positions.size > 0 && reason.code !== 'history_trimmed') terminal.complain(howToGoOn(key, options, positions));
    if (reason instanceof Error) throw reason;
    await expect<never>({ ok: false, refusal: reason });
  });
  // Ctrl-C is how a watch ends, as it is with `holdfast dev`.
  terminal.complain(howToGoOn(key, options, positions));
}

function queryOf(key: VolumeKey | undefined, { agent, role, after = [] }: WatchOptions): WatchQuery {
  const name = key === undefined ? undefined : splitVolumeKey(key);
  if (name !== undefined && role !== undefined && role !== name.role)
    throw new CommandFailed(EXIT.usage, `The volume ${key} is of the role ${name.role}, not ${role}: leave --role out.`);
  return { ...(agent !== undefined && { agentId: agent }), ...(role !== undefined && { role }), ...name, after };
}

function collectPosition(value: string, earlier: readonly StorePosition[] = []): readonly StorePosition[] {
  const [, storeId, revision] = /^([^=\s]+)=(\d+)$/.exec(value) ?? [];
  if (storeId === undefined || !Number.isSafeInteger(Number(revision)))
    throw new InvalidArgumentError('It must be store=revision, as an earlier watch has said.');
  return [...earlier, { storeId, revision: Number(revision) }];
}

function howToGoOn(key: VolumeKey | undefined, { agent, role, json }: WatchOptions, positions: ReadonlyMap<StoreId, Revision>): string {
  if (positions.size === 0) return 'Stopped before the master had said where the watch begins.';
  const words = [
    ...(key === undefined ? [] : [key]),
    ...(agent === undefined ? [] : [`--agent ${agent}`]),
    ...(role === undefined ? [] : [`--role ${role}`]),
    ...(json ? ['--json'] : []),
    ...[...positions].map(([storeId, revision]) => `--after ${storeId}=${revision}`),
  ];
  return `To go on from here: holdfast volume watch ${words.join(' ')}`;
}

/** Ends with `store=revision`, as `--after` takes it. */
function changeLine({ colours }: Terminal, { storeId, entry }: WatchedEntry): string {
  const { holder, cause, by } = entry;
  return [
    colours.dim(isoTime(entry.atMs)),
    entry.volume,
    colours.bold(entry.change),
    ...(holder === undefined ? [] : [`${describeHolder(holder)} on ${holder.agentId}`]),
    ...(cause === undefined ? [] : [`cause: ${cause}`]),
    ...(by === undefined ? [] : [`by ${by}`]),
    colours.dim(`generation ${entry.generation}`),
    colours.dim(`${storeId}=${entry.revision}`),
  ].join('  ');
}
