import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection of which every byte is seen. */
export class RawSocket {
  private received = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.wake();
    });
    socket.on('close', () => this.wake()).on('error', () => undefined);
  }

  static async connect(port: number): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  /** Header values as they are written; to the scheduler endpoint unless told otherwise. */
  post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}, path = '/api/v1/scheduler'): void {
    const all = { Host: 'h', 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)), ...headers };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`);
    this.socket.write(body);
  }

  /** Everything received, once it `holds` or the connection is closed. */
  async until(holds: (received: Buffer) => boolean): Promise<Buffer> {
    while (!holds(this.received) && !this.socket.closed) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.received;
  }

  /** The chunks of the answer, once there are `count`. */
  async chunks(count: number): Promise<readonly Buffer[]> {
    return chunksOf(await this.until((received) => chunksOf(received).length >= count));
  }

  close(): void {
    this.socket.destroy();
  }
}

/** The chunks of the first answer, each as it was framed by HTTP. */
export function chunksOf(received: Buffer): readonly Buffer[] {
  const chunks: Buffer[] = [];
  const headEnd = received.indexOf('\r\n\r\n');
  for (let at = headEnd + 4; headEnd >= 0;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) break;
    const length = parseInt(received.subarray(at, lineEnd).toString(), 16);
    const start = lineEnd + 2;
    if (length === 0 || received.length < start + length + 2) break;
    chunks.push(received.subarray(start, start + length));
    at = start + length + 2;
  }
  return chunks;
}
