import type { ContainerSpec } from './container-spec';

/** One word of a shell, whatever is in it. NUL cannot be in an argument at all. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same for what is to be one line of a log, whatever frameworks call their users and files. */
export const quoteLine = (text: string): string => quote(text.replace(CONTROL, ' '));

const CONTROL = /[\x00-\x1f\x7f]+/g;

/** The words that run a command. */
export function argv(command: ContainerSpec['command']): readonly string[] {
  if ('line' in command) return ['/bin/sh', '-c', quote(command.line)];
  const words = [command.program, ...command.args].map(quote);
  // env(1) would take a program with '=' in its name for a variable.
  return command.program.includes('=') ? ['/bin/sh', '-c', quote('exec "$@"'), 'sh', ...words] : words;
}

/** Lines that set variables; later ones win. */
export const exportLines = (environment: ContainerSpec['environment']): readonly string[] =>
  environment.filter(([name]) => isExportable(name)).map(([name, value]) => `export ${name}=${quote(value)}`);

/** Names that a shell cannot export are set by env(1), in front of the command's words. */
export function viaEnv(environment: ContainerSpec['environment']): readonly string[] {
  const rest = environment.filter(([name]) => !isExportable(name));
  return rest.length === 0 ? [] : ['env', ...rest.map(([name, value]) => quote(`${name}=${value}`))];
}

/** Variables that shells keep for themselves, some read-only, some checked when they are set; and those of our scripts. */
const SHELLS_OWN = new Set([
  'IFS',
  'OPTIND',
  'PPID',
  'UID',
  'EUID',
  'GROUPS',
  'LINENO',
  'RANDOM',
  'SECONDS',
  'SHELLOPTS',
  'BASHOPTS',
  'FUNCNAME',
  'DIRSTACK',
  'PATH',
  'group',
  'groups',
  'code',
]);
const isExportable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !SHELLS_OWN.has(name) && !name.startsWith('BASH_');
