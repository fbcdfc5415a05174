import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** `undefined` leaves out what is sent by default. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer | Readable | object;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** One framework's stream, read record by record. */
export interface OpenStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly streamId: string;
  /** The next event; fails when the stream ends first. */
  next(): Promise<TestEvent>;
  /** Everything up to its end. */
  rest(): Promise<readonly TestEvent[]>;
  hangUp(): void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the wire says is compared, not typed
export type TestEvent = { readonly type: string } & Record<string, any>;

/** A scheduler as any HTTP library would write it, without the comfort. */
export class DoorClient {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly streams = new Set<ClientRequest>();

  constructor(readonly port: number) {}

  /** Sends JSON to the scheduler endpoint unless told otherwise; reads the whole answer. */
  async call(sent: Sent): Promise<Got> {
    const response = await this.send(sent, this.agent);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() };
  }

  /** The status only; a stream that opens is hung up on. */
  async statusOf(sent: Sent): Promise<number> {
    const response = await this.send(sent, this.agent);
    if (response.headers['mesos-stream-id'] === undefined) response.resume();
    else response.destroy();
    await once(response, 'close');
    return response.statusCode ?? 0;
  }

  /** SUBSCRIBE with this body, JSON out. */
  async subscribe(body: object, headers: Sent['headers'] = {}): Promise<OpenStream> {
    const response = await this.send({ body, headers });
    const records = recordsOf(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      streamId: String(response.headers['mesos-stream-id']),
      async next() {
        const { value, done } = await records.next();
        if (done) throw new Error('the stream has ended');
        return value;
      },
      async rest() {
        const all: TestEvent[] = [];
        for await (const event of records) all.push(event);
        return all;
      },
      hangUp: () => void response.destroy(),
    };
  }

  close(): void {
    this.agent.destroy();
    for (const stream of this.streams) stream.destroy();
  }

  private async send({ method = 'POST', path = '/api/v1/scheduler', headers, body = '' }: Sent, agent?: Agent): Promise<IncomingMessage> {
    const all: OutgoingHttpHeaders = { 'content-type': 'application/json', ...headers };
    for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
    const out = request({ host: '127.0.0.1', port: this.port, method, path, headers: all, ...(agent && { agent }) });
    if (!agent) this.streams.add(out);
    const answered = once(out, 'response') as Promise<[IncomingMessage]>;
    if (typeof body === 'object' && 'pipe' in body) body.pipe(out);
    else out.end(typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body);
    const [response] = await answered;
    // An answer may come before all of the call was sent.
    out.on('error', () => undefined);
    return response;
  }
}

/** Length line, then that many bytes, and nothing between. */
async function* recordsOf(response: IncomingMessage): AsyncGenerator<TestEvent, void> {
  let rest = Buffer.alloc(0);
  for await (const part of response) {
    rest = Buffer.concat([rest, part as Buffer]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      const length = Number(rest.subarray(0, at).toString());
      if (rest.length < at + 1 + length) break;
      yield JSON.parse(rest.subarray(at + 1, at + 1 + length).toString()) as TestEvent;
      rest = rest.subarray(at + 1 + length);
    }
  }
}
