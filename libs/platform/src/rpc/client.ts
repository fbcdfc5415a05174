import { Client, connectivityState, credentials, Metadata } from '@grpc/grpc-js';
import type { Method } from '@holdfast/contracts';
import { type Refusal, refused, type Result } from '@holdfast/core/base';
import { basicAuthorization, type Credentials } from '../credentials';
import { leaveUntraced } from '../telemetry';
import { CalledDuplex } from './called-duplex';
import { DIALER_OPTIONS } from './channel-options';
import { ReceivedStream } from './in-stream';
import { refusalOf } from './refused-status';
import { RpcFault, rpcFault } from './rpc-fault';

export interface RpcClientOptions {
  /** `host:port` */
  readonly address: string;
  /** The largest message accepted from the server; 4 MiB if not given. */
  readonly maxMessageBytes?: number;
  /** Sent with every call, as HTTP Basic under the metadata key `authorization`; unencrypted, as everything is. */
  readonly credentials?: Credentials;
}

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface RpcClient {
  /** An answer or a refusal; throws RpcFault when there is neither: unreachable, too late, the server's bug. */
  unary<Req, Res>(method: Method<Req, Res>, request: Req, options?: CallOptions): Promise<Result<Res>>;
  serverStream<Req, Res>(method: Method<Req, Res>, request: Req, options?: Pick<CallOptions, 'metadata'>): InStream<Res>;
  duplex<Req, Res>(method: Method<Req, Res>, options?: Pick<CallOptions, 'metadata'>): DuplexClient<Req, Res>;
  /** Ends the connection; open streams end with a fault. */
  close(): void;
}

/** The incoming side of a stream. Nothing is read before `onMessage` is called, so nothing is lost. */
export interface InStream<T> {
  onMessage(call: (message: T) => void): void;
  onInitialMetadata(call: (get: (key: string) => string | undefined) => void): void;
  /** Called once, after the last message: undefined when the server ended the stream in order. */
  onEnd(call: (reason: Refusal | RpcFault | undefined) => void): void;
  cancel(): void;
}

export interface DuplexClient<Req, Res> extends InStream<Res> {
  /** Encodes at once. Before the connection stands, messages wait. */
  send(message: Req): void;
  /** Called once the connection stands; never if it cannot be made. */
  onConnected(call: () => void): void;
  /** Bytes sent that the network has not yet taken. */
  readonly bufferedBytes: number;
  end(): void;
}

const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

const asBytes = (bytes: Buffer): Buffer => bytes;

/**
 * A client with one connection, made when first needed and made anew whenever it is lost. Throws CredentialsFault for credentials that
 * cannot be sent.
 */
export function createRpcClient({ address, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, credentials: sent }: RpcClientOptions): RpcClient {
  const authorization = sent && basicAuthorization(sent);
  const metadataOf = (options: Pick<CallOptions, 'metadata'> | undefined): Metadata => {
    const metadata = new Metadata();
    if (authorization !== undefined) metadata.set('authorization', authorization);
    if (options?.metadata) for (const [key, value] of Object.entries(options.metadata)) metadata.set(key, value);
    return metadata;
  };
  const client = new Client(address, credentials.createInsecure(), {
    ...DIALER_OPTIONS,
    'grpc.max_receive_message_length': maxMessageBytes,
  });

  return {
    unary: (method, request, options) =>
      new Promise((resolve, reject) => {
        const { path } = method;
        const deadline = options?.deadlineMs === undefined ? undefined : Date.now() + options.deadlineMs;
        const bytes = method.request.encode(request);
        client.makeUnaryRequest(path, asBytes, method.response.decode, bytes, metadataOf(options), { deadline }, (error, decoded) => {
          if (error) {
            const refusal = refusalOf(error, maxMessageBytes);
            if (refusal) resolve(refused(refusal));
            else reject(rpcFault(error, path, address));
          } else if (decoded?.ok) resolve(decoded);
          else reject(new RpcFault(`${path} at ${address} answered what cannot be understood: ${decoded?.refusal.message}`, 'INTERNAL'));
        });
      }),

    serverStream(method, request, options) {
      const { path } = method;
      leaveUntraced(path);
      const call = client.makeServerStreamRequest(
        path,
        asBytes,
        method.response.decode,
        method.request.encode(request),
        metadataOf(options),
      );
      return new ReceivedStream(call, { path, address, maxMessageBytes });
    },

    duplex(method, options) {
      const { path } = method;
      leaveUntraced(path);
      const call = client.makeBidiStreamRequest(path, asBytes, method.response.decode, metadataOf(options));
      return new CalledDuplex(call, method.request, { path, address, maxMessageBytes }, (isOver, connected) =>
        whenReady(client, isOver, connected),
      );
    },

    close: () => client.close(),
  };
}

/** Calls back, never at once, when the connection stands; gives up when `isOver` says that nobody waits any longer. */
function whenReady(client: Client, isOver: () => boolean, connected: () => void): void {
  const channel = client.getChannel();
  const look = () => {
    if (isOver()) return;
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) connected();
    else if (state !== connectivityState.SHUTDOWN) channel.watchConnectivityState(state, Infinity, (error) => error ?? look());
  };
  queueMicrotask(look);
}
