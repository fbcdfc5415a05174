import type { IncomingMessage, ServerResponse } from 'node:http';
import { ok, type Principal, type Result, type StreamId, type World } from '@holdfast/core/base';
import type { CallAnswer, SchedulerEvent, SubscribedCall, SubscribeRequest } from '@holdfast/contracts';
import { type BodyReader, negotiate, NOT_ACCEPTABLE, RecordStream, send } from '@holdfast/platform/mesos-http';
import type { Logger } from '@holdfast/platform/process';
import type { OutStream } from '@holdfast/platform/rpc';
import type { Authenticator } from '../authentication';
import type { Caller } from '../calls/caller';
import { checkRequest } from './check-request';
import { FORMATS } from './formats';
import { errorText, refusalAnswer, takenStatus } from './http-status';
import type { Leader } from './leader';
import { originOf } from './route';

/** The use cases behind the calls, the same as behind the gRPC door. Asked only while this master leads. */
export interface SchedulerCalls {
  subscribe(request: SubscribeRequest, out: OutStream<SchedulerEvent>, caller: Caller & { readonly streamId: StreamId }): Result<unknown>;
  /** Refused: it reached nobody. A promise: it was taken. */
  carryOut(caller: Caller, call: SubscribedCall): Promise<Result<CallAnswer>> | Result<CallAnswer>;
}

export interface SchedulerDoor {
  readonly leader: () => Leader;
  readonly authenticator: Authenticator;
  readonly calls: SchedulerCalls;
  readonly bodies: Pick<BodyReader, 'read'>;
  readonly world: World;
  readonly log: Logger;
}

/** One request to `/api/v1/scheduler`. The order of the steps is part of the protocol (wire document 2). */
export async function serveScheduler(door: SchedulerDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers } = request;
  const admitted = checkRequest({
    authenticated: await door.authenticator.authenticate(headers.authorization),
    leader: door.leader(),
    method: request.method ?? '',
    origin: originOf(request.url ?? '') ?? '/',
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
  });
  if (!admitted.ok) return send(response, admitted.refusal);
  const { principal, format } = admitted.value;

  const body = await door.bodies.read(request);
  if (!body.ok) return send(response, body.refusal);
  const call = format.decodeCall(body.value);
  if (!call.ok) {
    // A call of a framework that cannot be: UPDATE_FRAMEWORK if it comes over a stream, else SUBSCRIBE, whose stream tells (D-002).
    const isSubscribe = call.refusal.code === 'framework_invalid' && headers['mesos-stream-id'] === undefined;
    return isSubscribe ? subscribe(door, request, response, call, principal) : send(response, refusalAnswer(call.refusal));
  }
  const { value } = call;
  if (value.type === 'SUBSCRIBE') return subscribe(door, request, response, ok(value), principal);
  return carryOut(door, request, response, value, principal);
}

function subscribe(
  door: SchedulerDoor,
  request: IncomingMessage,
  response: ServerResponse,
  call: Result<SubscribeRequest>,
  principal: Principal | undefined,
): void {
  const format = negotiate(FORMATS, request.headers.accept);
  if (!format) return send(response, NOT_ACCEPTABLE);
  if (request.headers['mesos-stream-id'] !== undefined) {
    return send(response, { status: 400, text: 'SUBSCRIBE begins a stream: it is sent without the header Mesos-Stream-Id.' });
  }
  // It hung up while its call was read: nobody is there to hear of offers.
  if (request.socket.destroyed) return;
  const streamId: StreamId = door.world.ids.uuid();
  const out = new RecordStream<SchedulerEvent>(request, response, {
    format,
    headers: { 'Mesos-Stream-Id': streamId },
    timers: door.world,
    refusalEvent: (refusal) => ({ type: 'ERROR', message: errorText(refusal) }),
  });
  const subscribed = !call.ok ? call : door.calls.subscribe(call.value, out, { ...callerOf(principal), streamId });
  if (subscribed.ok) return;
  // Somebody else's principal is a malformed call; any other refusal is told in the stream (D-002, D-003).
  if (subscribed.refusal.code === 'principal_mismatch') out.answerInstead(refusalAnswer(subscribed.refusal));
  else out.refuse(subscribed.refusal);
}

async function carryOut(
  door: SchedulerDoor,
  { headers }: IncomingMessage,
  response: ServerResponse,
  call: SubscribedCall,
  principal: Principal | undefined,
): Promise<void> {
  if (call.type === 'RECONCILE_OPERATIONS' && !negotiate(FORMATS, headers.accept)) return send(response, NOT_ACCEPTABLE);
  const streamId = headers['mesos-stream-id'];
  const caller: Caller = { ...callerOf(principal), ...(typeof streamId === 'string' && { streamId }) };
  const outcome = door.calls.carryOut(caller, call);
  if (!(outcome instanceof Promise))
    return send(response, outcome.ok ? { status: takenStatus(call.type) } : refusalAnswer(outcome.refusal));
  // It waits for the ledger, which a framework need not do here.
  send(response, { status: takenStatus(call.type) });
  await outcome;
}

const callerOf = (principal: Principal | undefined): Caller => (principal === undefined ? { door: 'mesos' } : { door: 'mesos', principal });
