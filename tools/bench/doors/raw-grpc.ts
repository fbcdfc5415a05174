import { Client, credentials, Metadata, type ClientReadableStream } from '@grpc/grpc-js';

/** Bytes in, bytes out, on any method of a server. */
export interface RawClient {
  duplex(path: string): RawStream & { send(bytes: Buffer): void };
  serverStream(path: string, request: Buffer): RawStream;
  call(path: string, request: Buffer, metadata?: Readonly<Record<string, string>>): Promise<Buffer>;
  close(): void;
}

export interface RawStream {
  onMessage(listen: (bytes: Buffer) => void): void;
  /** Called when the server ends the stream or it breaks. */
  onEnd(listen: (reason: Error) => void): void;
  /** The initial metadata's value under this key. */
  metadata(key: string): Promise<string>;
}

const asIs = (bytes: Buffer): Buffer => bytes;

export function connectRaw(address: string): RawClient {
  // Without this all clients of one process would share one connection.
  const client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  return {
    duplex(path) {
      const stream = client.makeBidiStreamRequest(path, asIs, asIs);
      return { ...reading(stream), send: (bytes) => void stream.write(bytes) };
    },
    serverStream: (path, request) => reading(client.makeServerStreamRequest(path, asIs, asIs, request)),
    call(path, request, values = {}) {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(values)) metadata.set(key, value);
      return new Promise((resolve, reject) =>
        client.makeUnaryRequest(path, asIs, asIs, request, metadata, (error, bytes) => (error || !bytes ? reject(error) : resolve(bytes))),
      );
    },
    close: () => client.close(),
  };
}

function reading(stream: ClientReadableStream<Buffer>): RawStream {
  const initial = new Promise<Metadata>((resolve) => stream.once('metadata', resolve));
  const endings: ((reason: Error) => void)[] = [];
  stream.on('error', (error) => endings.forEach((listen) => listen(error)));
  stream.on('end', () => endings.forEach((listen) => listen(new Error('the server ended the stream'))));
  return {
    onMessage: (listen) => void stream.on('data', listen),
    onEnd: (listen) => void endings.push(listen),
    metadata: async (key) => String((await initial).get(key)[0] ?? ''),
  };
}
