import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Road {
  /** `host:port`, to be dialled in place of the one that it leads to. */
  readonly address: string;
  /** Nothing comes back over it any more; what is sent there waits on its way. */
  block(): void;
  unblock(): void;
  close(): void;
}

/** A TCP connection that can be blocked on its way back. */
export async function openRoad(to: string): Promise<Road> {
  const [host = '', port = ''] = to.split(/:(?=\d+$)/);
  const ends: [near: Socket, far: Socket][] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const end of [near, far]) end.on('error', () => undefined).on('close', () => [near, far].forEach((each) => each.destroy()));
    near.pipe(far).pipe(near);
    ends.push([near, far]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    block() {
      for (const [near, far] of ends) far.unpipe(near).pause();
    },
    unblock() {
      for (const [near, far] of ends) far.pipe(near);
    },
    close() {
      server.close();
      for (const end of ends.flat()) end.destroy();
    },
  };
}
