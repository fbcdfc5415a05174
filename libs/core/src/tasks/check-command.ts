import { uriProblem } from './command-uri';
import type { Command } from './task';
import { userProblem } from './user-problem';

/** Why no process can be started with a command, as a sentence about `whose` command it is; nothing if one can (D-033). */
export function commandProblem(command: Command, whose = 'its'): string | undefined {
  const { value, args, user, environment, uris = [] } = command;
  if (value === undefined || value === '') return `${whose} command has no value, which is what to run.`;
  if (value.includes('\0') || args.some((arg) => arg.includes('\0'))) return `${whose} command contains a NUL character.`;
  const wrongUser = userProblem(user ?? '');
  if (wrongUser !== undefined) return `${whose} command's user ${wrongUser}`;
  for (const variable of environment) {
    const { name } = variable;
    if (name === '' || name.includes('=') || name.includes('\0'))
      return `${whose} environment has a variable with the invalid name '${name}'.`;
    if (variable.value.includes('\0')) return `${whose} environment variable ${name} contains a NUL character.`;
  }
  for (const uri of uris) {
    const problem = uriProblem(uri);
    if (problem !== undefined) return `a URI of ${whose} command ${problem}`;
  }
  return undefined;
}
