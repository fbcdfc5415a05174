import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { executorCallCodec, executorEventCodec, type ExecutorCall } from '@holdfast/contracts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the wire says is compared, not typed
export type WireEvent = { readonly type: string } & Record<string, any>;

export interface EventReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Fails when the stream ends first. */
  next(): Promise<WireEvent>;
  /** Everything up to its end. */
  rest(): Promise<readonly WireEvent[]>;
  hangUp(): void;
}

export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** Speaks as one executor, in the place of the process in its container. */
export class ExecutorClient {
  private readonly open = new Set<ClientRequest>();

  constructor(
    private readonly url: string,
    private readonly frameworkId = 'f1',
    private readonly executorId = 'e1',
  ) {}

  /** JSON; `undefined` leaves a header out. */
  async post(body: object | string | Buffer, headers: Record<string, string | undefined> = {}, method = 'POST'): Promise<Posted> {
    const response = await this.send(body, headers, method);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() };
  }

  call(type: string, part: object = {}): Promise<Posted> {
    return this.post({ type, executor_id: { value: this.executorId }, framework_id: { value: this.frameworkId }, ...part });
  }

  update(taskId: string, state: string, uuid: Buffer, more: object = {}): Promise<Posted> {
    const status = { task_id: { value: taskId }, state, source: 'SOURCE_EXECUTOR', uuid: uuid.toString('base64'), ...more };
    return this.call('UPDATE', { update: { status } });
  }

  async subscribe(subscribe: object = {}, headers: Record<string, string | undefined> = {}): Promise<EventReader> {
    const ids = { executor_id: { value: this.executorId }, framework_id: { value: this.frameworkId } };
    const response = await this.send({ type: 'SUBSCRIBE', ...ids, subscribe }, headers, 'POST');
    return reader(response, (record) => JSON.parse(record.toString()) as WireEvent);
  }

  /** The same in protobuf, both ways. */
  async subscribeInProtobuf(call: ExecutorCall): Promise<EventReader> {
    const type = 'application/x-protobuf';
    const response = await this.send(executorCallCodec.encode(call), { 'content-type': type, accept: type }, 'POST');
    return reader(response, (record) => {
      const event = executorEventCodec.decode(record);
      if (!event.ok) throw new Error(event.refusal.message);
      return event.value;
    });
  }

  close(): void {
    for (const one of this.open) one.destroy();
  }

  private async send(body: object | string | Buffer, headers: Record<string, string | undefined>, method: string) {
    const all: Record<string, string | undefined> = { 'content-type': 'application/json', ...headers };
    for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
    const out = request(`${this.url}/api/v1/executor`, { method, headers: all as Record<string, string>, agent: false });
    out.on('error', () => undefined);
    this.open.add(out);
    const answered = once(out, 'response') as Promise<[IncomingMessage]>;
    out.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    const [response] = await answered;
    return response;
  }
}

function reader(response: IncomingMessage, read: (record: Buffer) => WireEvent): EventReader {
  const records = recordsOf(response, read);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async next() {
      const { value, done } = await records.next();
      if (done) throw new Error('the stream has ended');
      return value;
    },
    async rest() {
      const all: WireEvent[] = [];
      for await (const event of records) all.push(event);
      return all;
    },
    hangUp: () => void response.destroy(),
  };
}

async function* recordsOf(response: IncomingMessage, read: (record: Buffer) => WireEvent): AsyncGenerator<WireEvent, void> {
  let rest = Buffer.alloc(0);
  for await (const part of response) {
    rest = Buffer.concat([rest, part as Buffer]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      const end = at + 1 + Number(rest.subarray(0, at).toString());
      if (rest.length < end) break;
      yield read(rest.subarray(at + 1, end));
      rest = rest.subarray(end);
    }
  }
}
