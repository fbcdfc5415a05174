import type { ActionKind } from './action';

type Phrase = readonly [named: (object: string) => string, nameless: string];

/** What follows "may not". */
const PHRASES: Readonly<Record<ActionKind, Phrase>> = {
  register_frameworks: [(role) => `register frameworks in role '${role}'`, 'register frameworks without a role'],
  teardown_frameworks: [(principal) => `tear down frameworks of '${principal}'`, 'tear down frameworks without a principal'],
  run_tasks: [(user) => `run tasks as user '${user}'`, 'run tasks as no user in particular'],
  kill_tasks: [(principal) => `kill tasks of frameworks of '${principal}'`, 'kill tasks of frameworks without a principal'],
  reserve_resources: [(role) => `reserve resources for role '${role}'`, 'reserve resources for no role'],
  unreserve_resources: [
    (principal) => `unreserve resources reserved by '${principal}'`,
    'unreserve resources reserved without a principal',
  ],
  create_volumes: [(role) => `create volumes in role '${role}'`, 'create volumes without a role'],
  destroy_volumes: [(principal) => `destroy volumes created by '${principal}'`, 'destroy volumes created without a principal'],
  resize_volumes: [(role) => `resize volumes in role '${role}'`, 'resize volumes without a role'],
  force_release: [(role) => `release holders of volumes in role '${role}' by force`, 'release holders by force'],
  repair_ledger: [(agent) => `repair the ledger of agent '${agent}'`, 'repair the ledger of every agent'],
};

/** `destroy volumes created by 'alice'`: reads after "may not". */
export function inWords(kind: ActionKind, object: string | undefined): string {
  const [named, nameless] = PHRASES[kind];
  return object === undefined ? nameless : named(object);
}
