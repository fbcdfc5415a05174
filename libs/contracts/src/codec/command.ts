import type { Command, CommandUri, EnvironmentVariable } from '@holdfast/core/tasks';
import {
  type CommandInfo,
  type CommandInfo_URI as WireUri,
  type Environment_Variable as WireVariable,
  Environment_Variable_Type as VariableType,
} from '../gen/holdfast/v1/command';
import { malformed, readEach, required } from './edge';

/** `unsupported` gets the paths, below `path`, of what is set and not carried out. */
export function readCommand(wire: CommandInfo, unsupported: string[], path = 'command'): Command {
  const all = wire.environment?.variables ?? [];
  const plain = all.filter(({ type }) => type !== VariableType.SECRET);
  if (plain.length < all.length) unsupported.push(`${path}.environment.variables.secret`);
  return {
    shell: wire.shell ?? true,
    ...(wire.value !== undefined && { value: wire.value }),
    args: wire.arguments,
    environment: plain.length === all.length ? readEach(all, 'environment.variables', readVariable) : [],
    ...(wire.user !== undefined && { user: wire.user }),
    ...(wire.uris.length > 0 && { uris: readEach(wire.uris, 'uris', readUri) }),
  };
}

/** `cache` changes nothing: files of the machine itself are not kept a second time. */
const readUri = (wire: WireUri): CommandUri => ({
  value: required(wire.value, 'value'),
  executable: wire.executable ?? false,
  extract: wire.extract ?? true,
  ...(wire.outputFile !== undefined && { outputFile: wire.outputFile }),
});

function readVariable(wire: WireVariable): EnvironmentVariable {
  const name = required(wire.name, 'name');
  const type = wire.type ?? VariableType.VALUE;
  if (type !== VariableType.VALUE) malformed('type', `${type} is not a type of environment variable`);
  if (wire.secret !== undefined) malformed('secret', 'must not be set for a variable of type VALUE');
  return { name, value: required(wire.value, 'value') };
}

export const writeCommand = ({ shell, value, args, environment, user, uris = [] }: Command): CommandInfo => ({
  uris: uris.map(writeUri),
  environment: environment.length === 0 ? undefined : { variables: environment.map(writeVariable) },
  shell,
  value,
  arguments: [...args],
  user,
});

const writeUri = ({ value, executable, extract, outputFile }: CommandUri): WireUri => ({ value, executable, extract, outputFile });

const writeVariable = ({ name, value }: EnvironmentVariable): WireVariable => ({ name, type: VariableType.VALUE, value });
