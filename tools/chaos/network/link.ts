import { createConnection, createServer, type Server, type Socket } from 'node:net';

/**
 * How a network can fail.
 * - `refuse`: nobody listens; connections are closed.
 * - `reset`: every connection is reset, also each new one.
 * - `swallow`: nothing arrives and nobody is told, as when a cable is pulled; what was on its way arrives when it is plugged in again.
 */
export type CutKind = 'refuse' | 'reset' | 'swallow';
export const CUT_KINDS: readonly CutKind[] = ['refuse', 'reset', 'swallow'];

/** Below the ports of a development cluster, which begin at 20000, and below those that the kernel gives to outgoing connections. */
const FIRST_PORT = 12_000;
const LAST_PORT = 19_999;
const LOOPBACK = '127.0.0.1';

/** A TCP proxy on the loopback interface between two services, which can be cut. */
export class Link {
  private server: Server | undefined;
  private readonly pairs = new Set<Pair>();
  private targetPort: number | undefined;
  private cutBy: CutKind | undefined;

  private constructor(
    readonly name: string,
    readonly port: number,
  ) {}

  /** Listens on a free port; whoever connects before there is a target is sent away. */
  static async open(name: string): Promise<Link> {
    for (;;) {
      const link = new Link(name, FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT)));
      try {
        await link.listen();
        return link;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  get isCut(): boolean {
    return this.cutBy !== undefined;
  }

  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  leadTo(port: number): void {
    this.targetPort = port;
  }

  async cut(kind: CutKind): Promise<void> {
    this.cutBy = kind;
    if (kind === 'swallow') for (const pair of this.pairs) pair.hold();
    else this.endAll(kind === 'reset');
    if (kind === 'refuse') await this.stopListening();
  }

  /** Whatever was cut works again; does nothing where nothing was. */
  async mend(): Promise<void> {
    const kind = this.cutBy;
    this.cutBy = undefined;
    for (const pair of this.pairs) pair.release();
    if (kind === 'refuse') await this.listen();
  }

  async close(): Promise<void> {
    this.endAll(false);
    await this.stopListening();
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const server = createServer((caller) => this.accept(caller));
      this.server = server;
      server.once('error', reject).listen(this.port, LOOPBACK, () => resolve());
    });
  }

  private stopListening(): Promise<void> {
    return new Promise((resolve) => {
      if (this.server?.listening) this.server.close(() => resolve());
      else resolve();
    });
  }

  private accept(caller: Socket): void {
    if (this.targetPort === undefined || this.cutBy === 'refuse') caller.destroy();
    else if (this.cutBy === 'reset') caller.resetAndDestroy();
    else this.connect(caller, this.targetPort);
  }

  private connect(caller: Socket, port: number): void {
    const pair = new Pair(caller, port, () => this.pairs.delete(pair));
    this.pairs.add(pair);
    if (this.cutBy === 'swallow') pair.hold();
  }

  private endAll(withReset: boolean): void {
    for (const pair of [...this.pairs]) pair.end(withReset);
  }
}

/** One connection through a link: two sockets, each written with what the other reads. */
class Pair {
  private readonly sockets: readonly [Socket, Socket];
  private isHeld = false;

  constructor(caller: Socket, port: number, onOver: () => void) {
    const callee = createConnection({ port, host: LOOPBACK });
    this.sockets = [caller, callee];
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      from.setNoDelay(true);
      from.pipe(to);
      // The other end is told in the same way.
      from.once('error', () => to.resetAndDestroy());
      from.once('close', () => {
        to.destroy();
        onOver();
      });
    }
  }

  hold(): void {
    this.isHeld = true;
    const [caller, callee] = this.sockets;
    caller.unpipe(callee).pause();
    callee.unpipe(caller).pause();
  }

  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    const [caller, callee] = this.sockets;
    caller.pipe(callee);
    callee.pipe(caller);
  }

  end(withReset: boolean): void {
    for (const socket of this.sockets) {
      if (withReset) socket.resetAndDestroy();
      else socket.destroy();
    }
  }
}
