import type { Command } from 'commander';
import type { AgentsAnswer } from '@holdfast/contracts';
import { AgentClient, type AgentState, type AgentVolume } from '../../agent-door';
import type { CliContext } from '../../context';
import { plainAgent, table } from '../../output';
import { asksMaster, print, withOperator, type AskOptions } from '../ask-master';
import { readOwnCredentials } from '../own-credentials';
import { findAgent } from './find-agent';

type KnownAgent = AgentsAnswer['agents'][number];

export function addShowCommand(agent: Command, context: CliContext): void {
  asksMaster(agent.command('show').description('show one agent: what it has and enforces, its volumes with their use, its tasks'), context)
    .argument('<agent>', 'id of the agent or how that begins, or its hostname')
    .addHelpText('after', '\nThe master is asked where the agent is, then the agent itself.')
    .action((wanted: string, options: AskOptions) => showAgent(context, wanted, options));
}

async function showAgent(context: CliContext, wanted: string, options: AskOptions): Promise<void> {
  const credentials = await readOwnCredentials(options, context.terminal);
  const { agent, state } = await withOperator(context, options, async (operator, expect) => {
    const found = findAgent((await expect(operator.agents())).agents, wanted);
    return { agent: found, state: await new AgentClient(found.info, credentials, context.signal).state() };
  });
  print(context, options, plainShown(agent, state), () => describeAgent(context, agent, state));
}

const NOT_ENFORCED = 'holdfast.not_enforced';
const CGROUPS = 'holdfast.cgroups';

/** As the attribute lists them; the agent spells it as a set or as a text. */
const notEnforced = ({ attributes }: AgentState): readonly string[] =>
  String(attributes[NOT_ENFORCED] ?? '')
    .replace(/[{}]/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const plainShown = (agent: KnownAgent, state: AgentState) => ({
  ...plainAgent(agent),
  attributes: state.attributes,
  isolation: state.isolation,
  cgroups: state.attributes[CGROUPS],
  notEnforced: notEnforced(state),
  volumes: state.volumes.map((volume) => ({
    role: volume.role,
    id: volume.persistence_id,
    sizeMb: volume.size_mb,
    usedBytes: volume.used_bytes,
    shared: volume.shared,
    path: volume.path,
    mounts: volume.mounts.map((mount) => ({
      frameworkId: mount.framework_id,
      taskId: mount.task_id,
      launchId: mount.launch_id,
      containerPath: mount.container_path,
      mode: mount.mode,
      state: mount.state,
    })),
  })),
  tasks: state.tasks.map((task) => ({
    id: task.id,
    frameworkId: task.framework_id,
    launchId: task.launch_id,
    executorId: task.executor_id === '' ? undefined : task.executor_id,
    state: task.state,
    pid: task.pid,
    directory: task.directory,
    usedBytes: task.disk_used_bytes,
  })),
});

function describeAgent({ terminal }: CliContext, agent: KnownAgent, state: AgentState): string {
  const { info, active, total, allocated, offered } = agent;
  const own = Object.entries(state.attributes).filter(([name]) => !name.startsWith('holdfast.'));
  const facts: readonly (readonly [string, string])[] = [
    ['agent', info.id ?? '-'],
    ['address', `${info.hostname}:${info.httpPort}`],
    ['active', active ? 'yes' : 'no'],
    ['isolation', state.isolation],
    ['cgroups', String(state.attributes[CGROUPS] ?? '-')],
    ['not enforced', notEnforced(state).join(', ') || '-'],
    ['attributes', own.map(([name, value]) => `${name}:${value}`).join('; ') || '-'],
  ];
  const names = [...total.scalars().keys()].sort();
  const amount = (milli: number) => milli / 1000;
  return [
    facts.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n'),
    table(
      terminal,
      names,
      [
        ['resource', (name) => name],
        ['total', (name) => amount(total.scalarMilli(name))],
        ['allocated', (name) => amount(allocated.scalarMilli(name))],
        ['offered', (name) => amount(offered.scalarMilli(name))],
      ],
      'It has no resources.',
    ),
    table(
      terminal,
      state.volumes,
      [
        ['volume', ({ role, persistence_id }) => `${role}/${persistence_id}`],
        ['size MB', ({ size_mb }) => size_mb ?? '-'],
        ['bytes used', ({ used_bytes }) => used_bytes ?? '-'],
        ['shared', ({ shared }) => shared],
        ['mounted by', mountedBy],
      ],
      'It has no volumes.',
    ),
    table(
      terminal,
      state.tasks,
      [
        ['task', ({ id }) => id],
        ['framework', ({ framework_id }) => framework_id],
        ['state', ({ state: latest }) => latest],
        ['pid', ({ pid }) => pid ?? '-'],
        ['bytes used', ({ disk_used_bytes }) => disk_used_bytes ?? '-'],
      ],
      'It runs no tasks.',
    ),
  ].join('\n\n');
}

const mountedBy = ({ mounts }: AgentVolume): string =>
  mounts.map(({ task_id, mode, container_path }) => `${task_id} (${mode}, ${container_path})`).join(', ') || '-';
