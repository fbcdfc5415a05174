import { Client, credentials, Metadata, Server, ServerCredentials, type MethodDefinition, type ServerDuplexStream } from '@grpc/grpc-js';

/** Bytes in, bytes out: what gRPC costs when nobody encodes, decides or keeps anything. */
const bare = (path: string, isStream: boolean): MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream: isStream,
  responseStream: isStream,
  requestSerialize: (bytes) => bytes,
  requestDeserialize: (bytes) => bytes,
  responseSerialize: (bytes) => bytes,
  responseDeserialize: (bytes) => bytes,
});

const PIPE = bare('/floor.Node/Pipe', true);
const CALL = bare('/floor.Node/Call', false);

export type Pipe = Pick<ServerDuplexStream<Buffer, Buffer>, 'write'> & { onMessage(listen: (bytes: Buffer) => void): void };

export interface BareHandlers {
  pipe?(name: string, pipe: Pipe): void;
  call?(request: Buffer): Promise<Buffer> | Buffer;
}

export function serveBare(handlers: BareHandlers): Promise<number> {
  const server = new Server();
  server.addService(
    { pipe: PIPE, call: CALL },
    {
      pipe: (stream: ServerDuplexStream<Buffer, Buffer>) => {
        const [name] = stream.metadata.get('name');
        stream.on('error', () => stream.end());
        handlers.pipe?.(String(name), {
          write: (bytes: Buffer) => stream.write(bytes),
          onMessage: (listen) => void stream.on('data', listen),
        });
      },
      call: (call: { request: Buffer }, answer: (error: null, bytes: Buffer) => void) => {
        void Promise.resolve(handlers.call?.(call.request) ?? Buffer.alloc(0)).then((bytes) => answer(null, bytes));
      },
    },
  );
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
}

export interface BareClient {
  pipe(name: string): Pipe;
  call(request: Buffer): Promise<Buffer>;
  close(): void;
}

export function connectBare(port: number): BareClient {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    pipe: (name) => {
      const metadata = new Metadata();
      metadata.set('name', name);
      const stream = client.makeBidiStreamRequest(PIPE.path, PIPE.requestSerialize, PIPE.responseDeserialize, metadata);
      stream.on('error', () => undefined);
      return { write: (bytes: Buffer) => stream.write(bytes), onMessage: (listen) => void stream.on('data', listen) };
    },
    call: (request) =>
      new Promise((resolve, reject) =>
        client.makeUnaryRequest(CALL.path, CALL.requestSerialize, CALL.responseDeserialize, request, (error, bytes) =>
          error || !bytes ? reject(error) : resolve(bytes),
        ),
      ),
    close: () => client.close(),
  };
}
