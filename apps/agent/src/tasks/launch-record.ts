import { frameworkInfoCodec, taskInfoCodec, type Codec } from '@holdfast/contracts';
import type { LaunchId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { TaskInfo, TaskRef } from '@holdfast/core/tasks';
import type { Isolation } from '../containers';

/** What one RunTask asked for, as the agent keeps it until the master has confirmed the end. */
export interface LaunchRecord {
  readonly launchId: LaunchId;
  readonly framework: FrameworkInfo;
  readonly info: TaskInfo;
  readonly isolation: Isolation;
  /** Absolute. */
  readonly sandbox: string;
  /** The boot during which it was received: processes of another one are no more. */
  readonly bootId: string;
  readonly receivedMs: number;
  /** Of a task of a LAUNCH_GROUP, whose executor stands in the TaskInfo. */
  readonly group?: GroupMembership;
}

export interface GroupMembership {
  /** The launch id of its first task. */
  readonly id: LaunchId;
  /** How many tasks it was launched with. */
  readonly size: number;
}

export const refOf = ({ framework, info, launchId }: LaunchRecord): TaskRef => ({
  frameworkId: framework.id ?? '',
  taskId: info.taskId,
  launchId,
});

/** The two messages as protobuf in base64, which later versions can read, too. */
interface Json extends Omit<LaunchRecord, 'framework' | 'info'> {
  readonly framework: string;
  readonly info: string;
}

export function encodeLaunch(record: LaunchRecord): string {
  const { framework, info } = record;
  const json: Json = {
    ...record,
    framework: frameworkInfoCodec.encode(framework).toString('base64'),
    info: taskInfoCodec.encode(info).toString('base64'),
  };
  return JSON.stringify(json);
}

/** Throws on what is not whole; the file is replaced in one step, so that only a power cut leaves it so. */
export function decodeLaunch(text: string): LaunchRecord {
  const json = JSON.parse(text) as Json;
  return { ...json, framework: decode(frameworkInfoCodec, json.framework), info: decode(taskInfoCodec, json.info) };
}

function decode<T>(codec: Codec<T>, text: string): T {
  const decoded = codec.decode(Buffer.from(text, 'base64'));
  if (!decoded.ok) throw new Error(decoded.refusal.message);
  return decoded.value;
}
