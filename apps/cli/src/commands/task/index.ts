import type { Command } from 'commander';
import type { CliContext } from '../../context';
import { addKillCommand } from './kill-task';
import { addListCommand } from './list-tasks';
import { addLogsCommand } from './task-logs';

/** `holdfast task …`: what runs, what it says, and how to end it. */
export function addTaskCommands(program: Command, context: CliContext): void {
  const task = program.command('task').description('ask about tasks, read what they write, end them');
  addListCommand(task, context);
  addLogsCommand(task, context);
  addKillCommand(task, context);
}
