import type { Command, EnvironmentVariable } from '@holdfast/core/tasks';
import {
  type CommandInfo,
  type Environment_Variable as WireVariable,
  Environment_Variable_Type as VariableType,
} from '../gen/holdfast/v1/command';
import { malformed, readEach, required } from './edge';

/** `unsupported` gets the paths of what is set and not carried out. */
export function readCommand(wire: CommandInfo, unsupported: string[]): Command {
  if (wire.uris.length > 0) unsupported.push('command.uris');
  const all = wire.environment?.variables ?? [];
  const plain = all.filter(({ type }) => type !== VariableType.SECRET);
  if (plain.length < all.length) unsupported.push('command.environment.variables.secret');
  return {
    shell: wire.shell ?? true,
    ...(wire.value !== undefined && { value: wire.value }),
    args: wire.arguments,
    environment: plain.length === all.length ? readEach(all, 'environment.variables', readVariable) : [],
    ...(wire.user !== undefined && { user: wire.user }),
  };
}

function readVariable(wire: WireVariable): EnvironmentVariable {
  const name = required(wire.name, 'name');
  const type = wire.type ?? VariableType.VALUE;
  if (type !== VariableType.VALUE) malformed('type', `${type} is not a type of environment variable`);
  if (wire.secret !== undefined) malformed('secret', 'must not be set for a variable of type VALUE');
  return { name, value: required(wire.value, 'value') };
}

export const writeCommand = ({ shell, value, args, environment, user }: Command): CommandInfo => ({
  uris: [],
  environment: environment.length === 0 ? undefined : { variables: environment.map(writeVariable) },
  shell,
  value,
  arguments: [...args],
  user,
});

const writeVariable = ({ name, value }: EnvironmentVariable): WireVariable => ({ name, type: VariableType.VALUE, value });
