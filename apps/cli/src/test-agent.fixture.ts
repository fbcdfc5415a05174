import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventEmitter, once } from 'node:events';
import type { AgentState } from './agent-door';
import { agentCalled } from './test-master.fixture';

/** An agent that has files and a state, and answers over real HTTP. */
export class TestAgent {
  /** By their whole path. */
  readonly files = new Map<string, Buffer>();
  state: AgentState = { isolation: 'plain', attributes: {}, tasks: [], volumes: [] };
  /** `user:password` that it asks for. */
  credentials: string | undefined;
  /** Called once a file has been asked for, before it is answered. */
  onRead: (path: string, offset: number) => void = () => undefined;
  reads = 0;
  readonly #events = new EventEmitter();
  #server: Server | undefined;
  #port = 0;

  /** On the port that it had before, if it had one. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** As the master knows it. */
  known(id = 'agent-1') {
    const agent = agentCalled(id);
    return { ...agent, info: { ...agent.info, hostname: '127.0.0.1', httpPort: this.#port } };
  }

  write(path: string, text: string): void {
    this.files.set(path, Buffer.concat([this.files.get(path) ?? Buffer.alloc(0), Buffer.from(text)]));
  }

  /** As agents do with output that is too long. */
  rotate(path: string): void {
    this.files.set(`${path}.1`, this.files.get(path) ?? Buffer.alloc(0));
    this.files.set(path, Buffer.alloc(0));
  }

  /** Resolves after so many more reads of files. */
  async untilRead(times: number): Promise<void> {
    for (const until = this.reads + times; this.reads < until;) await once(this.#events, 'read');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const given = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    if (this.credentials !== undefined && given !== this.credentials) return void response.writeHead(401).end('who?');
    if (request.url === '/state') return void response.end(JSON.stringify(this.state));
    const call = JSON.parse(Buffer.concat(body).toString()) as Call;
    const found = call.type === 'READ_FILE' ? this.#read(call.read_file) : this.#list(call.list_files.path);
    if (found) response.end(JSON.stringify({ type: call.type, [call.type.toLowerCase()]: found }));
    else response.writeHead(404).end('not there');
  }

  #read({ path, offset, length = 65_536 }: ReadFile): object | undefined {
    this.reads += 1;
    this.#events.emit('read');
    this.onRead(path, offset);
    const file = this.files.get(path);
    return file && { size: file.length, data: file.subarray(offset, offset + Math.min(length, 65_536)).toString('base64') };
  }

  #list(path: string): object | undefined {
    const below = [...this.files.keys()].filter((name) => name.startsWith(`${path}/`));
    return below.length === 0 ? undefined : { file_infos: below.map((name) => ({ path: name })) };
  }
}

interface ReadFile {
  readonly path: string;
  readonly offset: number;
  readonly length?: number;
}

type Call =
  | { readonly type: 'READ_FILE'; readonly read_file: ReadFile }
  | { readonly type: 'LIST_FILES'; readonly list_files: { readonly path: string } };
