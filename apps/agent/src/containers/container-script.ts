import { join } from 'node:path';
import type { ContainerSpec } from './container-spec';
import { fetchLines } from './fetch-uris';
import { SAYS, SETUP_FAILED } from './says';
import { argv, exportLines, quote, quoteLine, viaEnv } from './shell-words';
import { switchUser, umaskLines, userLines } from './switch-user';

/** The first descriptor of those that lead to files of control groups. */
export const FIRST_JOIN_FD = 4;

/** Of the command's output; after those, of which there are four at most. */
const OUT = 8;
const ERR = 9;

/**
 * The program of a container, for /bin/sh on its standard input: joins its control groups, sets up, says `running` on descriptor 3, runs the
 * command in the foreground, ends as that does. It is one function, so that a script that arrives in part, because the spawner died, runs
 * not at all.
 *
 * Under `namespaces` this shell is process 1 of its own namespace: the kernel keeps TERM from it as long as it has no use for it, its
 * end is the end of every process in there, and it collects orphans. The command, as root, may look into it, so it has nothing open by then
 * that is not the task's: how it ends is written down by bwrap, outside. Either way it leads the process group that TERM goes to; the trap lets
 * it outlive that, to report, while the command starts with the default reaction.
 */
export function containerScript(spec: ContainerSpec, joins: number): string {
  const { sandbox, command, environment, isolation } = spec;
  const asUser = switchUser(spec, isolation === 'plain' ? 'plain' : 'container');
  return [
    'main() {',
    'trap : TERM',
    `fail() { printf '%s\\n' "${SAYS} failed $1"; exit ${SETUP_FAILED}; }`,
    ...joinLines(joins),
    ...userLines(spec),
    // Before anything of the task's is in the sandbox: what is fetched may bring links.
    `exec ${OUT}>>${quote(join(sandbox, 'stdout'))} ${ERR}>>${quote(join(sandbox, 'stderr'))}`,
    ...ownerLines(spec),
    ...fetchLines(spec, asUser),
    ...(spec.gate === undefined ? [] : waitLines(spec.gate)),
    `echo "${SAYS} running"`,
    ...(isolation === 'plain' ? [] : ['exec </dev/null >/dev/null 2>&1']),
    '(',
    // From here, where TERM ends it: nobody sends that before the word. The spawner may be gone; without the trap a write to nobody would end it.
    "trap '' PIPE; echo running >&3; trap - PIPE; exec 3>&-",
    `cd ${quote(sandbox)} || exit ${SETUP_FAILED}`,
    `exec </dev/null >&${OUT} 2>&${ERR} ${OUT}>&- ${ERR}>&-`,
    ...umaskLines(spec),
    ...exportLines(environment),
    `exec ${[...asUser, ...viaEnv(environment), ...argv(command)].join(' ')}`,
    ')',
    'code=$?',
    ...(isolation === 'plain' ? [`echo "${SAYS} exit $code"`] : []),
    'exit "$code"',
    '}',
    'main',
    '',
  ].join('\n');
}

/** 0 stands for the process that writes it. All that it starts is in the same groups. */
export const joinLines = (joins: number): readonly string[] =>
  Array.from({ length: joins }, (_, at) => FIRST_JOIN_FD + at).flatMap((fd) => [
    `echo 0 >&${fd} || fail 'its processes cannot be put into a control group'`,
    `exec ${fd}>&-`,
  ]);

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

/**
 * The sandbox, which nothing of the task's has been in yet, its output, and the directories on the way to its volumes belong to the task's user;
 * what of those lies in another volume is that one's.
 */
function ownerLines({ sandbox, mounts, user }: ContainerSpec): readonly string[] {
  if (user === undefined) return [];
  const volumes = mounts.map(({ containerPath }) => join(sandbox, containerPath));
  const ways = mounts
    .flatMap(({ containerPath }) => parentsOf(containerPath).map((parent) => join(sandbox, parent)))
    .filter((way) => !volumes.some((volume) => way === volume || way.startsWith(`${volume}/`)));
  const own = [sandbox, join(sandbox, 'stdout'), join(sandbox, 'stderr'), ...new Set(ways)];
  const given = `chown -h -- ${quote(user)}:"$group" ${own.map(quote).join(' ')}`;
  return [`${given} || fail ${quoteLine(`the sandbox cannot be given to user '${user}'`)}`];
}

/** `a` and `a/b` of `a/b/c`. */
function parentsOf(containerPath: string): readonly string[] {
  const names = containerPath.split('/').filter(Boolean);
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'));
}
