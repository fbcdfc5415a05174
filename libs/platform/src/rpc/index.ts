export { startRpcServer, type RpcServer, type RpcServerOptions } from './server';
export { handleDuplex, handleServerStream, handleUnary, type RpcHandler } from './handler';
export type { CallInfo, DuplexStream, OutStream, ServerStream } from './streams';
export { createRpcClient, type CallOptions, type DuplexClient, type InStream, type RpcClient, type RpcClientOptions } from './client';
export { keepLinked, type Backoff, type KeptLink, type LinkOptions } from './keep-linked';
export { createBatcher, type Batcher } from './batcher';
export { RpcFault } from './rpc-fault';
export { WIRE } from './wire';
