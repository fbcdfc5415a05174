import { carryOutCall } from '../calls/carry-out-call';
import type { Deps } from '../deps';
import { EventStream } from '../frameworks';
import { subscribeFramework } from '../frameworks/subscribe-framework';
import type { SchedulerCalls } from './serve-scheduler';

/** The master's own use cases. `deps` is asked for with each call: the door stands before there is an epoch to build them for. */
export const schedulerCalls = (deps: () => Deps): SchedulerCalls => ({
  subscribe(request, out, caller) {
    const { world, settings } = deps();
    return subscribeFramework(deps(), request, new EventStream(caller.streamId, out, world, settings), caller);
  },
  carryOut: (caller, call) => carryOutCall(deps(), caller, call),
});
