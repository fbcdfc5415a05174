import type { Holder, HolderState } from '@holdfast/core/base';
import type { HolderRef } from '@holdfast/core/volumes';
import { type Holder as WireHolder, Holder_State } from '../gen/holdfast/v1/holder';
import { readMode, writeMode } from './disk';
import { malformed, required } from './edge';
import { readId, readIdText, writeId } from './ids';
import { readTimeMs, writeTimeMs } from './time';

const STATES: Readonly<Record<HolderState, Holder_State>> = {
  pending: Holder_State.PENDING,
  running: Holder_State.RUNNING,
  ending: Holder_State.ENDING,
};

export function readHolderState(state: Holder_State | undefined, field: string): HolderState {
  switch (required(state, field)) {
    case Holder_State.PENDING:
      return 'pending';
    case Holder_State.RUNNING:
      return 'running';
    case Holder_State.ENDING:
      return 'ending';
    default:
      return malformed(field, 'must be PENDING, RUNNING or ENDING');
  }
}

export const writeHolderState = (state: HolderState): Holder_State => STATES[state];

/** Who holds, without how and since when. */
export const readHolderRef = (wire: WireHolder): HolderRef => ({
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  taskId: readId(wire.taskId, 'task_id'),
  launchId: readIdText(wire.launchId, 'launch_id'),
  agentId: readId(wire.agentId, 'agent_id'),
});

export const writeHolderRef = (holder: HolderRef): WireHolder => ({
  taskId: writeId(holder.taskId),
  frameworkId: writeId(holder.frameworkId),
  agentId: writeId(holder.agentId),
  launchId: holder.launchId,
});

export const readHolder = (wire: WireHolder): Holder => ({
  mode: readMode(wire.mode, 'mode'),
  state: readHolderState(wire.state, 'state'),
  sinceMs: readTimeMs(wire.since, 'since'),
  ...readHolderRef(wire),
});

export const writeHolder = (holder: Holder): WireHolder => ({
  mode: writeMode(holder.mode),
  state: writeHolderState(holder.state),
  since: writeTimeMs(holder.sinceMs),
  ...writeHolderRef(holder),
});
