import type { Command } from 'commander';
import type { Holder } from '@holdfast/core/base';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { AgentsAnswer } from '@holdfast/contracts';
import type { CliContext } from '../../context';
import { CommandFailed, EXIT } from '../../exit-code';
import { isoTime, plainHolder, plainVolume } from '../../output';
import { asksMaster, print, withOperator, type Asking } from '../ask-master';
import { count, describeHolder, holderTable } from './describe-volume';
import { AGENT_OPTION, locate, parseVolume, VOLUME_ARGUMENT, type OneVolumeOptions } from './volume-name';

interface ReleaseOptions extends OneVolumeOptions {
  readonly framework: string;
  readonly task: string;
  readonly launch?: string;
  readonly reason?: string;
  readonly force?: true;
}

const ASKING: Asking = {
  ifInDoubt: 'look with "holdfast volume holders" before you repeat it.',
  hints: { holder_unknown: '"holdfast volume holders" lists them; "holdfast volume history" says who was released, and why.' },
};

export function addReleaseCommand(volume: Command, context: CliContext): void {
  asksMaster(
    volume.command('release').description('take a holder out of the ledger without evidence that its process is gone; only with --force'),
    context,
  )
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .requiredOption('--framework <id>', 'the framework of the task')
    .requiredOption('--task <id>', 'the task that holds the volume')
    .option('--launch <id>', 'only this launch of the task; without it, every launch of it that holds the volume')
    .option('--reason <text>', 'why; stands in the history, with your name. Needed with --force')
    .option('--force', 'do it, although nobody has seen the process end')
    .option(...AGENT_OPTION)
    .addHelpText('after', '\nWithout --force nothing is changed: it says what is known of the holder, and ends with 2.')
    .action((key: VolumeKey, options: ReleaseOptions) => (options.force ? release(context, key, options) : explain(context, key, options)));
}

async function release(context: CliContext, key: VolumeKey, options: ReleaseOptions): Promise<void> {
  const reason = options.reason?.trim() ?? '';
  if (reason === '') throw new CommandFailed(EXIT.usage, 'Why? Add --reason TEXT: it stands in the history for whoever asks later.');
  const { released, volume } = await withOperator(
    context,
    options,
    async (operator, expect) => {
      const name = await locate(operator, expect, key, options.agent);
      const { framework: frameworkId, task: taskId, launch: launchId } = options;
      return expect(operator.releaseHolder({ ...name, frameworkId, taskId, ...(launchId !== undefined && { launchId }), reason }));
    },
    ASKING,
  );
  print(context, options, { released: released.map(plainHolder), volume: plainVolume(volume) }, () => {
    const left = volume.holders.length === 0 ? 'Nobody holds it now' : `${count(volume.holders.length, 'holder')} left`;
    const state = volume.state === 'destroying' ? ', and it is being destroyed' : '';
    return `Released from ${key} by force:\n${holderTable(context, released)}\n\n${left}${state}.`;
  });
}

/** What a forced release would do, and what speaks against it. */
async function explain(context: CliContext, key: VolumeKey, options: ReleaseOptions): Promise<never> {
  const evidence = await withOperator(context, options, async (operator, expect) => {
    const name = await locate(operator, expect, key, options.agent);
    const [{ volume }, { agents }] = await Promise.all([expect(operator.volume(name)), expect(operator.agents())]);
    const meant = volume.holders.filter((holder) => isMeant(holder, options));
    return meant.map((holder) => missingEvidence(holder, agents));
  });
  const { framework, task } = options;
  throw new CommandFailed(
    EXIT.usage,
    [
      'Nothing was released. A holder leaves the ledger by itself when its agent reports that its process is gone.',
      '--force takes it out although nobody has seen that: the volume may then be destroyed while a process still uses it. The agent still',
      'refuses to delete what a container of its own has mounted, and its next report brings back a task that really runs.',
      ...(evidence.length > 0 ? evidence : [`Task ${task} of framework ${framework} does not hold ${key}.`]),
      'If you know that the process is gone and that its agent will never say so: add --force --reason TEXT.',
    ].join('\n'),
  );
}

const isMeant = (holder: Holder, { framework, task, launch }: ReleaseOptions): boolean =>
  holder.frameworkId === framework && holder.taskId === task && (launch === undefined || holder.launchId === launch);

function missingEvidence(holder: Holder, agents: AgentsAnswer['agents']): string {
  const agent = agents.find(({ info }) => info.id === holder.agentId);
  const where =
    agent === undefined
      ? `Agent ${holder.agentId} is not registered: nobody can say whether the process is gone.`
      : agent.active
        ? `Agent ${holder.agentId} is there and has not reported that the process is gone; "holdfast repair" asks it to report anew.`
        : `Agent ${holder.agentId} does not answer; it reports when it is back.`;
  return `- ${describeHolder(holder)}, launch ${holder.launchId}, since ${isoTime(holder.sinceMs)}. ${where}`;
}
