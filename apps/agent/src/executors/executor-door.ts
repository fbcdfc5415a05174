import type { IncomingMessage, ServerResponse } from 'node:http';
import { executorJson, executorProtobuf, type ExecutorCall, type ExecutorEvent } from '@holdfast/contracts';
import type { Refusal, Timers } from '@holdfast/core/base';
import {
  type Answer,
  type BodyReader,
  bodyChecks,
  failRequest,
  firstRefusal,
  formatOf,
  negotiate,
  NOT_ACCEPTABLE,
  RecordStream,
  send,
} from '@holdfast/platform/mesos-http';
import type { Logger } from '@holdfast/platform/process';
import type { ExecutorKeeper } from './executor-keeper';

export interface ExecutorDoor {
  /** Undefined while the agent takes over what an earlier one has left. */
  readonly executors: () => Pick<ExecutorKeeper, 'find'> | undefined;
  /** To the framework, if there is a master just now. */
  readonly toFramework: (message: Extract<ExecutorCall, { type: 'MESSAGE' }>) => void;
  readonly bodies: Pick<BodyReader, 'read'>;
  readonly timers: Pick<Timers, 'after'>;
  readonly log: Logger;
}

const FORMATS = [executorJson, executorProtobuf];
const ENDPOINT = /^\/api\/v1\/executor(\/|\?|$)/;

/** Answers what a custom executor asks of its agent (wire 7.2); false: the request is for somebody else on this port. */
export const executorDoor =
  (door: ExecutorDoor) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!ENDPOINT.test(request.url ?? '')) return false;
    // Whatever breaks either off is followed by `close`, which those who wait listen to.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    serveExecutor(door, request, response).catch((fault: unknown) => failRequest(door.log, 'agent', response, fault));
    return true;
  };

/** The order of the steps is part of the protocol (wire document 2, wire 7.2). */
async function serveExecutor(door: ExecutorDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers } = request;
  if (!door.executors()) return send(response, RECOVERING);
  const contentType = headers['content-type'];
  const refusal = firstRefusal(bodyChecks(FORMATS), {
    method: request.method ?? '',
    contentType,
    contentEncoding: headers['content-encoding'],
  });
  if (refusal) return send(response, refusal);
  const body = await door.bodies.read(request);
  if (!body.ok) return send(response, body.refusal);
  const call = formatOf(FORMATS, contentType ?? '')!.decodeCall(body.value);
  if (!call.ok) return send(response, malformed(call.refusal));
  if (call.value.type === 'SUBSCRIBE') return subscribe(door, request, response, call.value);
  return carryOut(door, response, call.value);
}

async function subscribe(
  door: ExecutorDoor,
  request: IncomingMessage,
  response: ServerResponse,
  call: Extract<ExecutorCall, { type: 'SUBSCRIBE' }>,
): Promise<void> {
  const format = negotiate(FORMATS, request.headers.accept);
  if (!format) return send(response, NOT_ACCEPTABLE);
  const executor = door.executors()?.find(call);
  if (!executor) return send(response, unknown(call));
  // It hung up while its call was read.
  if (request.socket.destroyed) return;
  const stream = new RecordStream<ExecutorEvent>(request, response, {
    format,
    timers: door.timers,
    refusalEvent: ({ message }) => ({ type: 'ERROR', message }),
  });
  await executor.subscribe(call, stream);
}

async function carryOut(door: ExecutorDoor, response: ServerResponse, call: Exclude<ExecutorCall, { type: 'SUBSCRIBE' }>): Promise<void> {
  // Taken without a look at the ids, as Mesos does.
  if (call.type === 'HEARTBEAT') return send(response, TAKEN);
  const executor = door.executors()?.find(call);
  if (!executor) return send(response, unknown(call));
  if (!executor.maySpeak) return send(response, NOT_SUBSCRIBED);
  send(response, TAKEN);
  if (call.type === 'UPDATE') await executor.talk.update(call.status);
  else door.toFramework(call);
}

const TAKEN: Answer = { status: 202 };
const RECOVERING: Answer = { status: 503, text: 'The agent is still taking over what it has left at its last end. Try again soon.' };
const NOT_SUBSCRIBED: Answer = { status: 403, text: 'The executor is not subscribed: send SUBSCRIBE first, and keep its stream open.' };

const unknown = ({ frameworkId, executorId }: ExecutorCall): Answer => ({
  status: 400,
  text: `This agent runs no executor '${executorId}' of framework '${frameworkId}'.`,
});

/** Only the type UNKNOWN is refused as not supported. */
const malformed = ({ code, message }: Refusal): Answer => ({ status: code === 'operation_unsupported' ? 501 : 400, text: message });
