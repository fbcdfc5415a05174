import { Agent, type IncomingMessage, request } from 'node:http';

type Headers = Readonly<Record<string, string>>;

const CONNECTIONS = 8;

/** Posts bodies to one URL over a few connections that stay open. */
export class RawHttp {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(
    private readonly url: string,
    private readonly headers: Headers,
  ) {}

  /** Done when it is answered; rejects unless with 2xx. */
  async post(body: Buffer): Promise<void> {
    const response = await send(this.url, this.headers, body, this.agent);
    const text: Buffer[] = [];
    for await (const part of response) text.push(part as Buffer);
    if ((response.statusCode ?? 0) >= 300)
      throw new Error(`${this.url} answered ${response.statusCode}: ${Buffer.concat(text).toString()}`);
  }

  close(): void {
    this.agent.destroy();
  }
}

export interface Records {
  readonly first: Buffer;
  header(name: string): string | undefined;
  close(): void;
}

/** Opens a stream of RecordIO records; those after the first are handed over one by one. */
export async function openRecords(url: string, headers: Headers, body: Buffer, onRecord: (bytes: Buffer) => void): Promise<Records> {
  const agent = new Agent({ keepAlive: false });
  const response = await send(url, headers, body, agent);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  let rest: Buffer = Buffer.alloc(0);
  let deliver: ((bytes: Buffer) => void) | undefined;
  const first = new Promise<Buffer>((resolve, reject) => {
    deliver = (bytes) => {
      deliver = onRecord;
      resolve(bytes);
    };
    response.once('close', () => reject(new Error('the stream has ended')));
  });
  response.on('data', (part: Buffer) => {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    let at = 0;
    for (;;) {
      const lineEnd = rest.indexOf(10, at);
      if (lineEnd < 0) break;
      const end = lineEnd + 1 + Number(rest.toString('latin1', at, lineEnd));
      if (end > rest.length) break;
      deliver?.(rest.subarray(lineEnd + 1, end));
      at = end;
    }
    rest = rest.subarray(at);
  });
  return { first: await first, header: (name) => response.headers[name] as string | undefined, close: () => response.destroy() };
}

const send = (url: string, headers: Headers, body: Buffer, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } }, resolve);
    sent.once('error', reject);
    sent.end(body);
  });
