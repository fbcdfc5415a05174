import type { ExecutorInfo } from '@holdfast/core/tasks';

/** D-059. */
const DEFAULT_MS = 5_000;

/** How long the tasks of an executor that is shut down have to end. */
export const shutdownGraceMs = (executor: ExecutorInfo): number => executor.shutdownGraceMs ?? DEFAULT_MS;
