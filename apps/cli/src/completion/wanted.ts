import type { Argument, Command, Option } from 'commander';

/** What may stand where the cursor is. */
export type Wanted =
  | { readonly kind: 'words'; readonly words: readonly Suggestion[] }
  /** Only the master knows. `agentId`: as the line says, where it does. */
  | { readonly kind: 'agents' | 'frameworks' }
  | { readonly kind: 'tasks'; readonly frameworkId?: string }
  | { readonly kind: 'volumes'; readonly agentId?: string }
  | { readonly kind: 'files' }
  | { readonly kind: 'nothing' };

export interface Suggestion {
  readonly name: string;
  readonly description?: string;
}

export interface WantedOnLine {
  readonly wanted: Wanted;
  /** Options of the line that have a value, by their long flag. */
  readonly given: ReadonlyMap<string, string>;
}

/** Options whose values are neither listed in the help nor known to a master. */
const FILE_OPTION = /file|dir|credentials|acls/;

/** Reads a command line up to the cursor. `words`: what stands before the word under the cursor, without the command's own name. */
export function wantedOn(program: Command, words: readonly string[], current: string): WantedOnLine {
  let command = program;
  let operands = 0;
  let owner: Option | undefined;
  const given = new Map<string, string>();
  const used = new Set<Option>();
  for (const word of words) {
    if (owner !== undefined) {
      given.set(owner.long ?? '', word);
      owner = undefined;
    } else if (word.startsWith('-')) {
      const option = findOption(command, word);
      if (option) used.add(option);
      const at = word.indexOf('=');
      if (at > 0) given.set(word.slice(0, at), word.slice(at + 1));
      else if (option && takesValue(option)) owner = option;
    } else {
      const next = operands === 0 ? command.commands.find((each) => each.name() === word || each.aliases().includes(word)) : undefined;
      if (next === undefined) operands += 1;
      else command = next;
    }
  }
  if (owner !== undefined) return { wanted: ofOption(owner), given };
  if (current.startsWith('-')) return { wanted: options(command, used), given };
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0 && operands === 0)
    return { wanted: { kind: 'words', words: subcommands.map((each) => ({ name: each.name(), description: each.description() })) }, given };
  return { wanted: ofArgument(command.registeredArguments[operands], given), given };
}

const findOption = (command: Command, word: string): Option | undefined => {
  const [flag] = word.split('=');
  return command.options.find(({ long, short }) => long === flag || short === flag);
};

const takesValue = ({ required, optional }: Option): boolean => required || optional;

function options(command: Command, used: ReadonlySet<Option>): Wanted {
  const left = command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !used.has(option) || option.variadic);
  return { kind: 'words', words: left.map(({ long, description }) => ({ name: long ?? '', description })) };
}

function ofOption({ argChoices, long = '' }: Option): Wanted {
  if (argChoices !== undefined) return { kind: 'words', words: argChoices.map((name) => ({ name })) };
  if (long === '--agent') return { kind: 'agents' };
  if (long === '--framework') return { kind: 'frameworks' };
  return { kind: FILE_OPTION.test(long) ? 'files' : 'nothing' };
}

function ofArgument(argument: Argument | undefined, given: ReadonlyMap<string, string>): Wanted {
  if (argument?.argChoices !== undefined) return { kind: 'words', words: argument.argChoices.map((name) => ({ name })) };
  if (argument?.name() === 'agent') return { kind: 'agents' };
  if (argument?.name() === 'task') {
    const frameworkId = given.get('--framework');
    return { kind: 'tasks', ...(frameworkId !== undefined && { frameworkId }) };
  }
  if (argument?.name() !== 'volume') return { kind: 'nothing' };
  const agentId = given.get('--agent');
  return { kind: 'volumes', ...(agentId !== undefined && { agentId }) };
}
