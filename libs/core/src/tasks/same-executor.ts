import type { ExecutorInfo } from './task';

/** Whether two descriptions of an executor are the same, down to the byte (D-035, D-037). */
export const isSameExecutor = (a: ExecutorInfo, b: ExecutorInfo): boolean =>
  a.executorId === b.executorId && a.wire.length === b.wire.length && a.wire.every((byte, at) => byte === b.wire[at]);
