import type { ChannelOptions } from '@grpc/grpc-js';

/** An IPv6 address needs brackets before a port. */
export const hostPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/** A connection whose other end has vanished without a word is given up after 30 s. */
const KEEPALIVE: ChannelOptions = { 'grpc.keepalive_time_ms': 20_000, 'grpc.keepalive_timeout_ms': 10_000 };

/** Channelz stays on: grpc-js 1.14.7 keeps no list of connections without it, and `forceShutdown` then closes none. */
export const LISTENER_OPTIONS: ChannelOptions = KEEPALIVE;

export const DIALER_OPTIONS: ChannelOptions = {
  ...KEEPALIVE,
  // HTTP/2's own 64 KiB make a server stream wait after every few messages: a megabyte doubled small messages per second.
  'grpc-node.flow_control_window': 1024 * 1024,
  // Statistics per call that nobody reads.
  'grpc.enable_channelz': 0,
  // grpc-js would wait up to two minutes before it looks for a restarted server again.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // Our processes talk to one another directly; a proxy from the environment is for the outside.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  // A client has its own connection, which ends with it.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_send_message_length': -1,
};
