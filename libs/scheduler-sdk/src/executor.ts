import type { ExecutorId } from '@holdfast/core/base';
import { Resources, type Label } from '@holdfast/core/resources';
import type { ExecutorInfo } from '@holdfast/core/tasks';
import { commandOf, type CommandOptions } from './command';
import { cpus, disk, mem } from './resources';

export interface ExecutorOptions {
  readonly id: ExecutorId;
  readonly name?: string;
  /** What the executor takes beside its tasks, from the first to the end of the last; a group needs 0.01 cpus, 32 MB and some disk (D-037). */
  readonly cpus?: number;
  readonly memMb?: number;
  readonly diskMb?: number;
  /** Between SIGTERM and SIGKILL when it is shut down. */
  readonly shutdownGraceMs?: number;
  readonly labels?: readonly Label[];
}

/** The executor that is built in: it runs the tasks of a group. */
export const defaultExecutor = (options: ExecutorOptions): ExecutorInfo => ({ ...described(options), type: 'DEFAULT' });

export interface CustomExecutorOptions extends ExecutorOptions, CommandOptions {
  /** For the executor's own use. */
  readonly data?: Uint8Array;
}

/** An executor of the framework's own: it speaks the executor API of the agent, and lives until it ends itself or is shut down. */
export const customExecutor = (options: CustomExecutorOptions): ExecutorInfo => ({
  ...described(options),
  type: 'CUSTOM',
  command: commandOf(options),
  ...(options.data === undefined ? {} : { data: options.data }),
});

const described = ({
  id,
  name,
  cpus: cores = 0.01,
  memMb = 32,
  diskMb = 1,
  shutdownGraceMs,
  labels = [],
}: ExecutorOptions): ExecutorInfo => ({
  executorId: id,
  ...(name === undefined ? {} : { name }),
  resources: Resources.of([cpus(cores), mem(memMb), disk(diskMb)]),
  ...(shutdownGraceMs === undefined ? {} : { shutdownGraceMs }),
  labels,
  unsupportedFields: [],
  wire: new Uint8Array(),
});
