import type { ExecutorInfo } from '@holdfast/core/tasks';
import { ExecutorInfo as WireExecutorInfo, ExecutorInfo_Type as ExecutorType } from '../gen/holdfast/v1/executor';
import { readCommand, writeCommand } from './command';
import { codecOf, malformed, readBytes, readOptional, writeBytes } from './edge';
import { readId, writeId } from './ids';
import { readLabels, writeLabels } from './label';
import { readValidResources, writeCopies } from './resource';
import { readDurationMs, writeDurationMs } from './time';

/** UNKNOWN is how an older library sees a type that is news to it; it says as little as none. */
function readType(type: ExecutorType | undefined): ExecutorInfo['type'] {
  if (type === ExecutorType.UNRECOGNIZED) return malformed('type', 'must be DEFAULT or CUSTOM');
  return type === undefined || type === ExecutorType.UNKNOWN ? undefined : type;
}

/** Throws what `readBytes` does, or Malformed. The bytes are kept, in memory of their own, since equality is judged by them (D-035). */
export function readExecutorInfo(bytes: Uint8Array): ExecutorInfo {
  const wire = readBytes(WireExecutorInfo, bytes);
  const type = readType(wire.type);
  // What changes how tasks run and is not carried out; the command adds its own.
  const unsupportedFields: string[] = wire.container === undefined ? [] : ['container'];
  const command = readOptional(wire.command, 'command', (part) => readCommand(part, unsupportedFields));
  const grace = wire.shutdownGracePeriod;
  return {
    executorId: readId(wire.executorId, 'executor_id'),
    ...(type !== undefined && { type }),
    ...(wire.name !== undefined && { name: wire.name }),
    ...(command !== undefined && { command }),
    ...(wire.data !== undefined && { data: wire.data }),
    resources: readValidResources(wire.resources, 'resources'),
    ...(grace !== undefined && { shutdownGraceMs: readDurationMs(grace, 'shutdown_grace_period') }),
    labels: readLabels(wire.labels, 'labels'),
    unsupportedFields,
    wire: Buffer.from(bytes),
  };
}

/** As it came, if it came over a wire; else made of its fields, which is how a framework that speaks TypeScript makes one. */
export const writeExecutorInfo = (info: ExecutorInfo): Uint8Array =>
  info.wire.length > 0 ? info.wire : writeBytes(WireExecutorInfo, executorInfoMessage(info));

/** An executor that came over a wire keeps all that this release can read of it. */
export const executorInfoMessage = (info: ExecutorInfo): WireExecutorInfo =>
  info.wire.length > 0
    ? readBytes(WireExecutorInfo, info.wire)
    : {
        type: info.type && ExecutorType[info.type],
        executorId: writeId(info.executorId),
        command: info.command && writeCommand(info.command),
        resources: writeCopies(info.resources),
        data: info.data && Buffer.from(info.data),
        name: info.name,
        shutdownGracePeriod: info.shutdownGraceMs === undefined ? undefined : writeDurationMs(info.shutdownGraceMs),
        labels: writeLabels(info.labels),
      };

/** An ExecutorInfo by itself: what an agent keeps on its disk. */
export const executorInfoCodec = codecOf((info: ExecutorInfo) => Buffer.from(writeExecutorInfo(info)), readExecutorInfo);
