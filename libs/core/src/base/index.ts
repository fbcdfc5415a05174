export * from './ids';
export { ok, refused, type Result } from './result';
export { holderId, type AccessMode, type Holder, type HolderId, type HolderState } from './holder';
export { refuse, ADVICE, type Advice, type Refusal, type RefusalCode, type RefusalDetails } from './refusal';
export { assert, unreachable, Bug } from './assert';
export { nearMatch } from './near-match';
export type { Clock, IdSource, Randomness, Timers, World } from './world';
