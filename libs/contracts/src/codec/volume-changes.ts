import {
  DestroyVolumeRequest as WireDestroyVolumeRequest,
  ReleaseHolderRequest as WireReleaseHolderRequest,
  ReleaseHolderResponse,
} from '../gen/holdfast/v1/volume_service';
import type { DestroyVolumeRequest, ReleaseHolderAnswer, ReleaseHolderRequest } from '../messages';
import { readWhenUnused, writeWhenUnused } from './drain';
import { defineCodec, malformed, readEach, readOptional, readPart, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { readId, readOptionalIdText, writeId } from './ids';
import { readLedgerVolume, writeLedgerVolume } from './persistent-volume';
import { readVolumeName, writeVolumeName } from './volume-name';

export const destroyVolumeRequestCodec = defineCodec(
  WireDestroyVolumeRequest,
  ({ whenUnused, ...name }: DestroyVolumeRequest) => ({
    ...writeVolumeName(name),
    whenUnused: whenUnused && writeWhenUnused(whenUnused),
  }),
  (wire): DestroyVolumeRequest => {
    const whenUnused = readOptional(wire.whenUnused, 'when_unused', readWhenUnused);
    return { ...readVolumeName(wire), ...(whenUnused && { whenUnused }) };
  },
);

/** It stands in every entry that the release makes. */
const LONGEST_REASON_CHARS = 1024;

function readReason(text: string | undefined): string {
  const reason = required(text, 'reason');
  if (reason.trim() === '') malformed('reason', 'must not be empty: it stands in the history');
  if (reason.length > LONGEST_REASON_CHARS) malformed('reason', `must not be longer than ${LONGEST_REASON_CHARS} characters`);
  return reason;
}

export const releaseHolderRequestCodec = defineCodec(
  WireReleaseHolderRequest,
  ({ frameworkId, taskId, launchId, reason, ...name }: ReleaseHolderRequest) => ({
    ...writeVolumeName(name),
    frameworkId: writeId(frameworkId),
    taskId: writeId(taskId),
    launchId,
    reason,
  }),
  (wire): ReleaseHolderRequest => {
    const launchId = readOptionalIdText(wire.launchId, 'launch_id');
    return {
      ...readVolumeName(wire),
      frameworkId: readId(wire.frameworkId, 'framework_id'),
      taskId: readId(wire.taskId, 'task_id'),
      ...(launchId !== undefined && { launchId }),
      reason: readReason(wire.reason),
    };
  },
);

export const releaseHolderAnswerCodec = defineCodec(
  ReleaseHolderResponse,
  ({ released, volume }: ReleaseHolderAnswer) => ({ released: released.map(writeHolder), volume: writeLedgerVolume(volume) }),
  (wire): ReleaseHolderAnswer => ({
    released: readEach(wire.released, 'released', readHolder),
    volume: readPart(wire.volume, 'volume', readLedgerVolume),
  }),
);
