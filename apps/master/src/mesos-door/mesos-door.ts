import type { IncomingMessage, ServerResponse } from 'node:http';
import { failRequest, send, type Answer } from '@holdfast/platform/mesos-http';
import { redirect } from './leader';
import { routeOf } from './route';
import { serveScheduler, type SchedulerDoor } from './serve-scheduler';

/**
 * The version of the Mesos API that this door speaks. Clients split it on dots into whole numbers and choose by it what they send
 * (wire document 10.2).
 */
const MESOS_VERSION = '1.11.0';

export interface MesosDoor extends SchedulerDoor {
  /** Ours. */
  readonly version: string;
}

/** Answers what a Mesos v1 scheduler asks of a master; false: the request is for somebody else on this port. */
export function mesosDoor(door: MesosDoor): (request: IncomingMessage, response: ServerResponse) => boolean {
  const version: Answer = {
    status: 200,
    text: JSON.stringify({ version: MESOS_VERSION, build_user: 'holdfast', holdfast_version: door.version }),
    headers: { 'Content-Type': 'application/json' },
  };
  return (request, response) => {
    const target = request.url ?? '';
    const route = routeOf(target);
    if (route === 'elsewhere') return false;
    // Whatever breaks either off is followed by `close`, which those who wait listen to.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    switch (route) {
      case 'scheduler':
        serveScheduler(door, request, response).catch((error: unknown) => failRequest(door.log, 'master', response, error));
        return true;
      case 'version':
        send(response, version);
        return true;
      case 'health':
        send(response, { status: 200 });
        return true;
      case 'redirect':
        send(response, redirect(door.leader(), ''));
        return true;
      case 'not_found':
        send(response, { status: 404, text: `Nothing is at ${target}.` });
        return true;
      case 'bad_target':
        send(response, { status: 400, text: `A request target begins with '/'; this one is '${target}'.` });
        return true;
    }
  };
}
