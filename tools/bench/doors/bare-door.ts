import { createServer, type ServerResponse } from 'node:http';
import { Server, type ServerDuplexStream, ServerCredentials, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { schedulerService } from '@holdfast/contracts';

/** How large the real messages were, in bytes. */
export interface BareDoorOptions {
  readonly role: 'door';
  readonly eventBytes: number;
  /** Requests of at least this size ask for events, smaller ones for an answer. */
  readonly reconcileBytes: number;
  /** Events per request for them. */
  readonly events: number;
}

type Write = (bytes: Buffer) => void;

/** A server with the doors of a master and nothing behind them: fixed bytes to whoever asks. Answers with `grpcPort,httpPort`. */
export async function startBareDoor(options: BareDoorOptions): Promise<string> {
  return `${await serveGrpc(options)},${await serveHttp(options)}`;
}

function writeEvents({ events, eventBytes }: BareDoorOptions, write: Write): void {
  for (let at = 0; at < events; at++) write(Buffer.alloc(eventBytes));
}

/** Connect: events on the same stream. Subscribe: events on the stream of the caller's metadata, asked for by a unary call. */
function serveGrpc(options: BareDoorOptions): Promise<number> {
  const server = new Server();
  const asIs = (bytes: Buffer) => bytes;
  const answer = Buffer.alloc(8);
  const streams = new Map<string, Write>();
  const connect = (stream: ServerDuplexStream<Buffer, Buffer>) => {
    const write: Write = (bytes) => stream.write(bytes);
    stream.on('data', (request: Buffer) => (isReconcile(options, request) ? writeEvents(options, write) : write(answer)));
    stream.on('error', () => undefined);
    write(answer);
  };
  const subscribe = (stream: ServerWritableStream<Buffer, Buffer>) => {
    const id = String(streams.size);
    const { metadata } = stream;
    metadata.set('holdfast-stream-id', id);
    stream.sendMetadata(metadata);
    streams.set(id, (bytes) => stream.write(bytes));
    stream.on('error', () => undefined);
    stream.write(answer);
  };
  const call = (unary: ServerUnaryCall<Buffer, Buffer>, done: (error: null, bytes: Buffer) => void) => {
    const write = streams.get(String(unary.metadata.get('holdfast-stream-id')[0]));
    if (write && isReconcile(options, unary.request)) writeEvents(options, write);
    done(null, answer);
  };
  server.register(schedulerService.connect.path, connect, asIs, asIs, 'bidi');
  server.register(schedulerService.subscribe.path, subscribe, asIs, asIs, 'serverStream');
  for (const { path } of [schedulerService.reconcile, schedulerService.decline]) server.register(path, call, asIs, asIs, 'unary');
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
}

function serveHttp(options: BareDoorOptions): Promise<number> {
  const streams = new Map<string, Write>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const id = request.headers['mesos-stream-id'];
      if (id === undefined) return subscribe(response);
      const write = streams.get(String(id));
      if (write && isReconcile(options, Buffer.concat(parts))) writeEvents(options, write);
      response.writeHead(202, { 'content-length': 0 }).end();
    });
  });
  const subscribe = (response: ServerResponse) => {
    const id = String(streams.size);
    response.writeHead(200, { 'mesos-stream-id': id });
    const write: Write = (bytes) => response.write(Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]));
    streams.set(id, write);
    write(Buffer.alloc(8));
  };
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    }),
  );
}

const isReconcile = ({ reconcileBytes }: BareDoorOptions, request: Buffer): boolean => request.length >= reconcileBytes;
