import { join } from 'node:path';
import type { ContainerSpec } from './container-spec';

/** Exit status of a container that never got to its command. */
export const SETUP_FAILED = 125;

/** Prefix of what the script says of itself in the container's log; other lines are complaints of the programs it uses. */
export const SAYS = 'holdfast:';

/**
 * The program of a container, for /bin/sh on its standard input: sets up, says `running` on descriptor 3, runs the command in the
 * foreground, says how that ended. It is one function, so that a script that arrives in part, because the spawner died, runs not at all.
 *
 * Under `namespaces` this shell is process 1 of its own namespace: the kernel keeps TERM from it as long as it has no use for it, its
 * end is the end of every process in there, and it collects orphans. Under `plain` it leads the process group. Either way TERM goes to
 * the whole group; the trap lets this shell outlive it, to report, while the command starts with the default reaction.
 */
export function containerScript(spec: ContainerSpec): string {
  const { sandbox, mounts, user, command } = spec;
  return [
    'main() {',
    'trap : TERM',
    `fail() { echo "${SAYS} failed $1"; exit ${SETUP_FAILED}; }`,
    ...(spec.isolation === 'namespaces' ? mounts.map((mount) => bindLine(sandbox, mount)) : []),
    ...(user === undefined ? [] : ownerLines(spec, user)),
    ...(spec.gate === undefined ? [] : waitLines(spec.gate)),
    `echo "${SAYS} running"`,
    // The spawner may be gone; without the trap a write to nobody would end this shell.
    "trap '' PIPE; echo running >&3; trap - PIPE; exec 3>&-",
    '(',
    `cd ${quote(sandbox)} || exit ${SETUP_FAILED}`,
    'exec </dev/null >>stdout 2>>stderr',
    ...spec.environment.filter(([name]) => isExportable(name)).map(([name, value]) => `export ${name}=${quote(value)}`),
    `exec ${[...switchUser(user), ...viaEnv(spec), ...argv(command)].join(' ')}`,
    ')',
    'code=$?',
    `echo "${SAYS} exit $code"`,
    'exit "$code"',
    '}',
    'main',
    '',
  ].join('\n');
}

function bindLine(sandbox: string, { name, source, containerPath, mode }: ContainerSpec['mounts'][number]): string {
  const options = mode === 'RO' ? '--bind -o ro' : '--bind';
  const failed = `volume ${name} cannot be mounted at ${containerPath}`;
  return `mount ${options} -- ${quote(source)} ${quote(join(sandbox, containerPath))} || fail ${quote(failed)}`;
}

/**
 * Word comes over the standard input, after the script. Its end says nothing but that the spawner is gone, perhaps with the agent; the file
 * alone tells what was decided, so that containers of one gate never come to different conclusions when the agent is killed.
 */
const waitLines = (gate: string): readonly string[] => [
  `echo "${SAYS} ready"`,
  "trap '' PIPE; echo ready >&3; trap - PIPE",
  'read -r word',
  `[ ! -e ${quote(gate)} ] || fail 'the agent went away before it had all tasks of the group ready'`,
];

/** The sandbox belongs to the task's user; a volume's directory, not its content, if the agent says so (A-158). */
function ownerLines({ sandbox, mounts }: ContainerSpec, user: string): readonly string[] {
  const given = mounts.filter(({ isGivenToUser }) => isGivenToUser).map(({ source }) => source);
  const noUser = `there is no user '${user}' on this agent`;
  const files = ['stdout', 'stderr'].map((file) => quote(join(sandbox, file)));
  return [
    `command -v setpriv >/dev/null || fail ${quote(`setpriv (util-linux) is needed to run a task as user '${user}', and is not installed`)}`,
    `group=$(id -g -- ${quote(user)}) || fail ${quote(noUser)}`,
    `touch ${files.join(' ')} && chown -h -- ${quote(user)}:"$group" ${[quote(sandbox), ...files, ...given.map(quote)].join(' ')} || fail ${quote(`the sandbox cannot be given to user '${user}'`)}`,
  ];
}

const switchUser = (user: string | undefined): readonly string[] =>
  user === undefined ? [] : ['setpriv', `--reuid=${quote(user)}`, '--regid="$group"', '--init-groups', '--'];

/** Names that a shell cannot export are set by env(1). */
function viaEnv({ environment }: ContainerSpec): readonly string[] {
  const rest = environment.filter(([name]) => !isExportable(name));
  return rest.length === 0 ? [] : ['env', ...rest.map(([name, value]) => quote(`${name}=${value}`))];
}

function argv(command: ContainerSpec['command']): readonly string[] {
  if ('line' in command) return ['/bin/sh', '-c', quote(command.line)];
  const words = [command.program, ...command.args].map(quote);
  // env(1) would take a program with '=' in its name for a variable.
  return command.program.includes('=') ? ['/bin/sh', '-c', quote('exec "$@"'), 'sh', ...words] : words;
}

/** Variables that shells keep for themselves, some read-only, some checked when they are set. */
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
  'code',
]);
const isExportable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !SHELLS_OWN.has(name) && !name.startsWith('BASH_');

/** One word of a shell, whatever is in it. NUL cannot be in an argument at all. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
