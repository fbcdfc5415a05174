import { executorInfoCodec, type ExecutorRef, frameworkInfoCodec } from '@holdfast/contracts';
import type { LaunchId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { ExecutorInfo } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { AccessMode } from '@holdfast/core/base';
import type { Isolation } from '../containers';
import { readResources, writeResources } from '../resources';
import type { EndCause } from './executor-end';

/** One run of a custom executor, as the agent keeps it until the master has confirmed its end. */
export interface ExecutorRecord {
  /** Names its container. */
  readonly runId: LaunchId;
  readonly framework: FrameworkInfo;
  readonly info: ExecutorInfo;
  readonly isolation: Isolation;
  /** Absolute; of all its tasks. */
  readonly sandbox: string;
  /** The boot during which it was started: processes of another one are no more. */
  readonly bootId: string;
  /** When it was started, on the clock of `MonotonicClock`. */
  readonly startedMs: number;
}

export const refOf = ({ framework, info }: ExecutorRecord): ExecutorRef => ({
  frameworkId: framework.id ?? '',
  executorId: info.executorId,
});

/** A volume in the container of an executor. */
export interface MountedVolume {
  readonly volume: VolumeKey;
  readonly containerPath: string;
  readonly mode: AccessMode;
}

/** What has happened to it. */
export interface ExecutorHistory {
  /** From then on it is bound to come back after a restart of the agent. */
  readonly hasSubscribed: boolean;
  readonly mounted: readonly MountedVolume[];
  /** Asked to end, and from when to when it may. */
  readonly shutdown?: { readonly startMs: number; readonly graceMs: number };
  /** Why the agent has killed it. */
  readonly cause?: EndCause;
  /** No process of it is left. */
  readonly gone?: { readonly exitStatus?: number };
}

export interface KeptExecutor {
  readonly record: ExecutorRecord;
  readonly history: ExecutorHistory;
}

/** The messages as protobuf in base64, which later versions can read, too. */
interface Json {
  readonly record: Omit<ExecutorRecord, 'framework' | 'info'> & { readonly framework: string; readonly info: string };
  readonly history: Omit<ExecutorHistory, 'cause'> & {
    readonly cause?: Omit<EndCause, 'limitation'> & { readonly limitation?: readonly string[] };
  };
}

export function encodeExecutor({ record, history }: KeptExecutor): string {
  const { cause, ...rest } = history;
  const json: Json = {
    record: {
      ...record,
      framework: frameworkInfoCodec.encode(record.framework).toString('base64'),
      info: executorInfoCodec.encode(record.info).toString('base64'),
    },
    history: { ...rest, ...(cause && { cause: encodeCause(cause) }) },
  };
  return JSON.stringify(json);
}

/** Throws on what is not whole; the file is replaced in one step, so that only a power cut leaves it so. */
export function decodeExecutor(text: string): KeptExecutor {
  const { record, history } = JSON.parse(text) as Json;
  const framework = frameworkInfoCodec.decode(Buffer.from(record.framework, 'base64'));
  const info = executorInfoCodec.decode(Buffer.from(record.info, 'base64'));
  if (!framework.ok) throw new Error(framework.refusal.message);
  if (!info.ok) throw new Error(info.refusal.message);
  const { cause, ...rest } = history;
  return {
    record: { ...record, framework: framework.value, info: info.value },
    history: { ...rest, ...(cause && { cause: decodeCause(cause) }) },
  };
}

const encodeCause = ({ limitation, ...cause }: EndCause): Json['history']['cause'] => ({
  ...cause,
  ...(limitation && { limitation: writeResources(limitation) }),
});

/** Of a limitation that another version has written the message still tells. */
function decodeCause({ limitation, ...cause }: NonNullable<Json['history']['cause']>): EndCause {
  const read = limitation && readResources(limitation);
  return { ...cause, ...(read && { limitation: read }) };
}
