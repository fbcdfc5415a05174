export type { Action, ActionKind } from './action';
export { ALLOW_ALL, type Acl, type Acls, type Entity } from './acls';
export { authorize } from './authorize';
export { parseAcls } from './parse-acls';
