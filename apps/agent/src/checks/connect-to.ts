import { connect } from 'node:net';

/** Resolves when a connection to the agent's own loopback address stands; it is given up at once. Rejects with what went wrong. */
export function connectTo(port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (fault?: unknown) => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      if (fault === undefined) resolve();
      else reject(fault as Error);
    };
    const giveUp = () => end(signal.reason);
    signal.addEventListener('abort', giveUp);
    socket.on('connect', () => end());
    socket.on('error', end);
    if (signal.aborted) giveUp();
  });
}
