import { FIRST_JOIN_FD, joinLines } from './container-script';
import type { ExecRequest } from './container-spec';
import { SETUP_FAILED } from './says';
import { argv, exportLines, quote, quoteLine, viaEnv } from './shell-words';
import { type Origin, switchUser, umaskLines, userLines } from './switch-user';

/**
 * A command beside that of a container, for /bin/sh that has been put into its namespaces: says `running` on descriptor 3 when nothing but the
 * command can fail any more. Its output goes where the task's goes, opened with the user's rights: the task may have put anything there.
 */
export function execScript(request: ExecRequest, joins: number, origin: Origin): string {
  const { sandbox, command, environment } = request;
  const shell = ['/bin/sh', '-c', quote('exec </dev/null >>stdout 2>>stderr; exec "$@"'), 'sh'];
  return [
    'main() {',
    `fail() { printf '%s\\n' "$1" >&2; exit ${SETUP_FAILED}; }`,
    ...joinLines(joins),
    ...userLines(request),
    `cd ${quote(sandbox)} || exit ${SETUP_FAILED}`,
    'echo running >&3; exec 3>&-',
    ...umaskLines(request),
    ...exportLines(environment),
    `exec ${[...switchUser(request, origin), ...shell, ...viaEnv(environment), ...argv(command)].join(' ')}`,
    '}',
    'main',
    '',
  ].join('\n');
}

/**
 * Takes the volume at a path out of a container, for /bin/sh with all rights in its mount and process namespaces. The task may move
 * directories and put links in their place while this runs. So it goes into the mount and up again, which leads to the very directory that
 * has it, whatever the way there has become; and that directory's entry cannot be replaced while something is mounted on it.
 */
export function unmountScript(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return [
    'main() {',
    'fail() { printf \'%s\\n\' "$1" >&2; exit 1; }',
    `cd -P -- ${quote(path)} || exit 1`,
    `exec ${FIRST_JOIN_FD}<. || exit 1`,
    'while read -r key value; do [ "$key" = mnt_id: ] && id=$value; done </proc/self/fdinfo/' + String(FIRST_JOIN_FD),
    `exec ${FIRST_JOIN_FD}<&-`,
    'while read -r mount parent device root at rest; do [ "$mount" = "$id" ] && point=$at; done </proc/self/mountinfo',
    `case $point in */${quote(asInMountTable(name))}) ;; *) fail ${quoteLine(`it is not mounted at ${path} any more`)} ;; esac`,
    `cd -P .. && umount --no-canonicalize -- ${quote(`./${name}`)}`,
    '}',
    'main',
    '',
  ].join('\n');
}

/** The characters that would break a line of /proc/self/mountinfo stand there as octal numbers. */
const asInMountTable = (name: string): string =>
  name.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
