import { InvalidArgumentError, type Command } from 'commander';
import { ok, type Result } from '@holdfast/core/base';
import { splitVolumeKey, volumeKey, type LedgerVolume, type VolumeKey } from '@holdfast/core/volumes';
import type { VolumeName } from '@holdfast/contracts';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import { plainEntry, plainHolder, plainVolume, sizeMb, table } from '../output';
import { ask, asksMaster, parseCount, print, type AskOptions } from './ask-master';

interface OneVolumeOptions extends AskOptions {
  readonly agent?: string;
}

interface ListOptions extends AskOptions {
  readonly agent?: string;
  readonly role?: string;
}

interface HistoryOptions extends OneVolumeOptions {
  readonly after: number;
  readonly limit: number;
}

const VOLUME_ARGUMENT = ['<volume>', 'role and id of the volume, such as eng/dataset'] as const;
const AGENT_OPTION = ['--agent <id>', 'the agent it is on; needed where several agents have a volume of this name'] as const;
const DEFAULT_HISTORY = 100;

/** `holdfast volume …`: what the ledger knows. */
export function addVolumeCommands(program: Command, context: CliContext): void {
  const volume = program.command('volume').description('ask which volumes exist, and who holds them');

  asksMaster(volume.command('list').description('list persistent volumes'), context)
    .option('--agent <id>', 'only those on this agent')
    .option('--role <role>', 'only those reserved to this role')
    .action(async (options: ListOptions) => {
      const { agent, role } = options;
      const query = { ...(agent === undefined ? {} : { agentId: agent }), ...(role === undefined ? {} : { role }) };
      const { volumes } = await ask(context, options, (operator) => operator.volumes(query));
      print(context, options, volumes.map(plainVolume), () => volumeTable(context, volumes));
    });

  asksMaster(volume.command('show').description('show one volume and who holds it'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option(...AGENT_OPTION)
    .action(async (name: VolumeKey, options: OneVolumeOptions) => {
      const { volume: found } = await ask(context, options, async (operator) => {
        const on = await locate(operator, name, options.agent);
        return on.ok ? operator.volume(on.value) : on;
      });
      print(context, options, plainVolume(found), () => `${describe(found)}\n\n${holderTable(context, found)}`);
    });

  asksMaster(volume.command('holders').description('list the tasks that hold a volume now'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option(...AGENT_OPTION)
    .action(async (name: VolumeKey, options: OneVolumeOptions) => {
      const { holders } = await ask(context, options, async (operator) => {
        const on = await locate(operator, name, options.agent);
        return on.ok ? operator.holders(on.value) : on;
      });
      print(context, options, holders.map(plainHolder), () => holderTable(context, { holders }));
    });

  asksMaster(volume.command('history').description('list the changes of a volume, oldest first'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option('--after <revision>', 'only changes after this revision of the ledger', parseCount, 0)
    .option('--limit <count>', 'at most so many', parseCount, DEFAULT_HISTORY)
    .option(...AGENT_OPTION)
    .action(async (name: VolumeKey, options: HistoryOptions) => {
      const { entries } = await ask(context, options, async (operator) => {
        const on = await locate(operator, name, options.agent);
        return on.ok ? operator.history({ ...on.value, afterRevision: options.after, limit: options.limit }) : on;
      });
      print(context, options, entries.map(plainEntry), () =>
        table(
          context.terminal,
          entries.map(plainEntry),
          [
            ['revision', (entry) => entry.revision],
            ['at', (entry) => entry.at],
            ['change', (entry) => entry.change],
            ['generation', (entry) => entry.generation],
            ['task', (entry) => entry.holder?.taskId ?? '-'],
            ['framework', (entry) => entry.holder?.frameworkId ?? '-'],
            ['mode', (entry) => entry.holder?.mode ?? '-'],
            ['cause', (entry) => entry.cause ?? '-'],
          ],
          'The ledger has no changes of this volume.',
        ),
      );
    });
}

/** Finds the agent of a volume by its name. A destroyed volume is in no list: for its history the agent must be given. */
async function locate(operator: Operator, key: VolumeKey, agentId: string | undefined): Promise<Result<VolumeName>> {
  const { role, persistenceId } = splitVolumeKey(key);
  if (agentId !== undefined) return ok({ agentId, role, persistenceId });
  const answer = await operator.volumes({ role });
  if (!answer.ok) return answer;
  const found = answer.value.volumes.filter(({ volume }) => volume === key);
  if (found.length > 1) {
    const agents = found.map((volume) => volume.agentId).join(', ');
    throw new CommandFailed(EXIT.usage, `Several agents have a volume ${key}: ${agents}. Say which one with --agent.`);
  }
  const [only] = found;
  if (only === undefined) {
    throw new CommandFailed(
      EXIT.refused,
      `No agent has a volume ${key}. "holdfast volume list" shows those there are; for the history of a destroyed one, say its agent with --agent.`,
    );
  }
  return ok({ agentId: only.agentId, role, persistenceId });
}

function parseVolume(value: string): VolumeKey {
  const { role, persistenceId } = splitVolumeKey(value);
  if (!value.includes('/') || role === '' || persistenceId === '')
    throw new InvalidArgumentError('It must be role/id, such as eng/dataset.');
  return volumeKey(role, persistenceId);
}

const volumeTable = ({ terminal }: CliContext, volumes: readonly LedgerVolume[]): string =>
  table(
    terminal,
    volumes,
    [
      ['volume', (volume) => volume.volume],
      ['agent', (volume) => volume.agentId],
      ['size MB', sizeMb],
      ['shared', (volume) => volume.resource.shared],
      ['state', (volume) => volume.state],
      ['holders', (volume) => volume.holders.length],
    ],
    'There are no persistent volumes.',
  );

const holderTable = ({ terminal }: CliContext, { holders }: Pick<LedgerVolume, 'holders'>): string =>
  table(
    terminal,
    holders.map(plainHolder),
    [
      ['task', (holder) => holder.taskId],
      ['framework', (holder) => holder.frameworkId],
      ['agent', (holder) => holder.agentId],
      ['mode', (holder) => holder.mode],
      ['state', (holder) => holder.state],
      ['since', (holder) => holder.since],
    ],
    'Nobody holds it.',
  );

function describe(found: LedgerVolume): string {
  const volume = plainVolume(found);
  const lines = [
    ['volume', found.volume],
    ['agent', volume.agentId],
    ['size', `${volume.sizeMb} MB`],
    ['shared', volume.shared ? 'yes' : 'no'],
    ['state', volume.state],
    ['generation', volume.generation],
    ['created', `${volume.createdAt}${volume.creator.frameworkId === undefined ? '' : ` by framework ${volume.creator.frameworkId}`}`],
    ['holders', volume.holders.length],
  ];
  return lines.map(([name, value]) => `${String(name).padEnd(12)}${value}`).join('\n');
}
