import type { Command } from 'commander';
import type { CliContext } from '../../context';
import { addListCommand } from './list-agents';
import { addShowCommand } from './show-agent';

/** `holdfast agent …`: the machines of the cluster. */
export function addAgentCommands(program: Command, context: CliContext): void {
  const agent = program.command('agent').description('ask about the agents, the machines of the cluster');
  addListCommand(agent, context);
  addShowCommand(agent, context);
}
