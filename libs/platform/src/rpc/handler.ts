import type { sendUnaryData, Server, ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Method } from '@holdfast/contracts';
import type { Result } from '@holdfast/core/base';
import type { Logger } from '../process';
import { leaveUntraced } from '../telemetry';
import { type Endable, guarded, handlerFailure } from './handler-failure';
import { refusedStatus } from './refused-status';
import { ServedCall } from './served-call';
import { ServedDuplex } from './served-duplex';
import { ServedStream } from './served-stream';
import type { CallInfo, DuplexStream, OutStream, ServerStream } from './streams';

/** What a server hands to its handlers. */
export interface ServerContext {
  readonly log: Logger;
  /** Streams that are open, so that a stopping server can end them. */
  readonly openStreams: Set<Endable>;
}

/** One served RPC; made by the `handle…` functions. */
export interface RpcHandler {
  readonly path: string;
  register(server: Server, context: ServerContext): void;
}

/** Messages are encoded by us before grpc-js sees them: a codec that throws is then found where its caller can be told. */
const asBytes = (bytes: Buffer): Buffer => bytes;

/**
 * One request, one answer. Malformed requests are refused without reaching `handle`; a refusal becomes its status (WIRE) with
 * details; a fault becomes UNAVAILABLE; any other exception is logged and becomes INTERNAL.
 */
export function handleUnary<Req, Res>(
  method: Method<Req, Res>,
  handle: (request: Req, call: CallInfo) => Promise<Result<Res>> | Result<Res>,
): RpcHandler {
  const { path, request, response } = method;
  return {
    path,
    register(server, { log }) {
      const serve = (call: ServerUnaryCall<Result<Req>, Buffer>, answer: sendUnaryData<Buffer>) => {
        const info = new ServedCall(call);
        const fail = (error: unknown) => answer(handlerFailure(error, path, log));
        const settle = (result: Result<Res>) => {
          try {
            if (!result.ok) return answer(refusedStatus(result.refusal));
            const bytes = response.encode(result.value);
            info.sendInitial();
            answer(null, bytes);
          } catch (error) {
            fail(error);
          }
        };
        try {
          const decoded = call.request;
          if (!decoded.ok) return settle(decoded);
          const result = handle(decoded.value, info);
          if (result instanceof Promise) result.then(settle, fail);
          else settle(result);
        } catch (error) {
          fail(error);
        }
      };
      server.register(path, serve, asBytes, request.decode, 'unary');
    },
  };
}

/** One request, many answers. `handle` may keep the stream; it ends when either side says so. */
export function handleServerStream<Req, Res>(
  method: Method<Req, Res>,
  handle: (request: Req, stream: ServerStream<Res>, call: CallInfo) => Promise<void> | void,
): RpcHandler {
  const { path, request, response } = method;
  leaveUntraced(path);
  return {
    path,
    register(server, context) {
      const serve = (call: ServerWritableStream<Result<Req>, Buffer>) => {
        const info = new ServedCall(call);
        const stream = new ServedStream(call, response, info);
        serveStream(stream, path, context, () => {
          if (call.request.ok) return handle(call.request.value, stream, info);
          return stream.refuse(call.request.refusal);
        });
      };
      server.register(path, serve, asBytes, request.decode, 'serverStream');
    },
  };
}

/** Messages both ways. `handle` attaches `onMessage` before it returns. */
export function handleDuplex<Req, Res>(
  method: Method<Req, Res>,
  handle: (stream: DuplexStream<Req, Res>, call: CallInfo) => Promise<void> | void,
): RpcHandler {
  const { path, request, response } = method;
  leaveUntraced(path);
  return {
    path,
    register(server, context) {
      const serve = (call: ServerDuplexStream<Result<Req>, Buffer>) => {
        const info = new ServedCall(call);
        const stream = new ServedDuplex<Req, Res>(call, response, info, path, context.log);
        serveStream(stream, path, context, () => handle(stream, info));
      };
      server.register(path, serve, asBytes, request.decode, 'bidi');
    },
  };
}

/** Remembers the stream while it is open, and runs its handler. */
function serveStream<S extends OutStream<never> & Endable>(stream: S, path: string, context: ServerContext, work: () => unknown): void {
  context.openStreams.add(stream);
  stream.onClose(() => context.openStreams.delete(stream));
  guarded(stream, path, context.log, work);
}
