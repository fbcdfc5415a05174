import { KEPT_CAPABILITIES } from './bubblewrap';
import { quote, quoteLine } from './shell-words';

export interface Identity {
  readonly user?: string;
  readonly groups?: readonly number[];
}

/**
 * Lines that leave in `group` and `groups` the ids that the user's processes get: its own groups and those of its volumes (A-160). They need
 * a function `fail`.
 */
export function userLines({ user, groups = [] }: Identity): readonly string[] {
  if (user === undefined) return [];
  const noUser = `there is no user '${user}' on this agent`;
  return [
    `command -v setpriv >/dev/null || fail ${quoteLine(`setpriv (util-linux) is needed to run a task as user '${user}', and is not installed`)}`,
    `groups=$(id -G -- ${quote(user)}) || fail ${quoteLine(noUser)}`,
    // The first is that of the user's entry in passwd.
    'group=${groups%% *}',
    `IFS=' '; set -- $groups ${groups.join(' ')}; IFS=,; groups="$*"; unset IFS`,
  ];
}

/** What a process that starts in this way may do: as one of a container, seen from its process 1, or as one that came into it from outside. */
export type Origin = 'container' | 'outside' | 'plain';

/**
 * The words before a command that make it the user's; none for root's inside a container, where nothing has more rights that it could get at.
 */
export function switchUser({ user }: Identity, origin: Origin): readonly string[] {
  const identity = user === undefined ? [] : [`--reuid=${quote(user)}`, '--regid="$group"', '--groups="$groups"'];
  const bounds = {
    container: user === undefined ? [] : ['--inh-caps=-all', '--ambient-caps=-all'],
    outside: [
      '--no-new-privs',
      '--inh-caps=-all',
      '--ambient-caps=-all',
      `--bounding-set=${['-all', ...KEPT_CAPABILITIES.map((name) => `+${name}`)].join(',')}`,
    ],
    plain: [],
  }[origin];
  return identity.length + bounds.length === 0 ? [] : ['setpriv', ...identity, ...bounds, '--'];
}

/** Directories made in a volume by one user's task are to be written by others of its group (A-160). */
export const umaskLines = ({ groups = [] }: Identity): readonly string[] => (groups.length === 0 ? [] : ['umask 0002']);
