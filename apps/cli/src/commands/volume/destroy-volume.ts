import { Option, type Command } from 'commander';
import type { DrainOutcome, LedgerVolume, VolumeKey, WhenUnused } from '@holdfast/core/volumes';
import type { CliContext } from '../../context';
import { parseDurationMs } from '../../duration';
import { CommandFailed, EXIT } from '../../exit-code';
import { plainVolume } from '../../output';
import { asksMaster, print, withOperator, type Asking } from '../ask-master';
import { awaitDestroyed } from './await-destroyed';
import { describeDrain, describeHolders, holderTable } from './describe-volume';
import { AGENT_OPTION, locate, parseVolume, VOLUME_ARGUMENT, type OneVolumeOptions } from './volume-name';

interface DestroyOptions extends OneVolumeOptions {
  readonly whenUnused?: true;
  readonly readers?: true;
  readonly deadline?: number;
  readonly then?: DrainOutcome;
  readonly wait?: true;
}

const OUTCOMES: readonly DrainOutcome[] = ['cancel', 'kill'];
const IN_DOUBT = 'look with "holdfast volume show" before you repeat it.';
const ASKING: Asking = {
  ifInDoubt: IN_DOUBT,
  hints: { volume_in_use: 'With --when-unused it is destroyed as soon as the last of them has ended.' },
};

/** `volume destroy` and `volume cancel-destroy`. */
export function addDestroyCommands(volume: Command, context: CliContext): void {
  asksMaster(volume.command('destroy').description('destroy a volume and its data; refused while anybody holds it'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option(...AGENT_OPTION)
    .option('--when-unused', 'let the tasks that hold it end, admit no new ones, destroy it after the last')
    .option('--readers', 'with --when-unused: admit new tasks that only read')
    .option(
      '--deadline <duration>',
      'with --when-unused: how long to wait, such as 90s, 10m or 1h30m; without it, as long as it takes',
      parseDurationMs,
    )
    .addOption(
      new Option(
        '--then <outcome>',
        'with --deadline: take the destroy back, or kill the tasks that hold it still (cancel if not given)',
      ).choices(OUTCOMES),
    )
    .option('--wait', 'show how it goes until the volume is gone, or the destroy is taken back (exit code 1)')
    .addHelpText(
      'after',
      '\nWith --wait and --json each line is the volume as it is then; the state of the last one is "gone" if all went well.',
    )
    .action((key: VolumeKey, options: DestroyOptions) => destroy(context, key, options));

  asksMaster(volume.command('cancel-destroy').description('take back a destroy that still waits for its last holder'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option(...AGENT_OPTION)
    .action(async (key: VolumeKey, options: OneVolumeOptions) => {
      const { volume: kept } = await withOperator(
        context,
        options,
        async (operator, expect) => expect(operator.cancelDestroy(await locate(operator, expect, key, options.agent))),
        { ifInDoubt: IN_DOUBT },
      );
      print(
        context,
        options,
        plainVolume(kept),
        () => `The destroy of ${key} is taken back: the volume is ${kept.state} and admits tasks again.`,
      );
    });
}

async function destroy(context: CliContext, key: VolumeKey, options: DestroyOptions): Promise<void> {
  const whenUnused = termsOf(options);
  await withOperator(
    context,
    options,
    async (operator, expect) => {
      const name = await locate(operator, expect, key, options.agent);
      const { volume } = await expect(operator.destroyVolume({ ...name, ...(whenUnused && { whenUnused }) }));
      if (options.wait) await awaitDestroyed(context, operator, { name, key, volume, isJson: options.json === true });
      else print(context, options, plainVolume(volume), () => describeAnswer(context, key, volume));
    },
    ASKING,
  );
}

function termsOf({ whenUnused, readers, deadline, then }: DestroyOptions): WhenUnused | undefined {
  const given = [readers && '--readers', deadline !== undefined && '--deadline', then !== undefined && '--then'].filter(Boolean);
  if (!whenUnused && given.length > 0)
    throw new CommandFailed(
      EXIT.usage,
      `${given.join(' and ')} only go with --when-unused: without it a volume in use is not destroyed at all.`,
    );
  if (then !== undefined && deadline === undefined)
    throw new CommandFailed(EXIT.usage, '--then says what happens at the deadline: add --deadline, such as --deadline 10m.');
  if (!whenUnused) return undefined;
  return { admitsReaders: readers === true, ...(deadline !== undefined && { deadlineMs: deadline }), onDeadline: then ?? 'cancel' };
}

function describeAnswer(context: CliContext, key: VolumeKey, volume: LedgerVolume): string {
  if (volume.state !== 'draining' || volume.drain === undefined)
    return `${key} is being destroyed: nobody holds it, and its agent deletes the data. "holdfast volume history ${key}" tells when it is gone.`;
  return [
    `${key} is destroyed when unused. It waits for ${describeHolders(volume.holders)}.`,
    describeDrain(volume, volume.drain, Date.now()),
    `\n${holderTable(context, volume.holders)}`,
    `\nTake it back with: holdfast volume cancel-destroy ${key} --agent ${volume.agentId}`,
  ].join('\n');
}
