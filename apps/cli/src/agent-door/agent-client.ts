import { hostname } from 'node:os';
import { basicAuthorization, type Credentials } from '@holdfast/platform/credentials';
import type { AgentInfo } from '@holdfast/contracts';
import { CommandFailed, EXIT } from '../exit-code';
import type { AgentState } from './agent-state';

/** At most 64 KiB of a file, and how long the whole file is. */
export interface FilePart {
  readonly size: number;
  readonly data: Buffer;
}

/** Nobody answers there, or not in time; it may pass. */
export class AgentUnreachable extends CommandFailed {
  constructor(message: string) {
    super(EXIT.unreachable, message);
  }
}

/** An agent's answer takes this long at most. */
const PATIENCE_MS = 10_000;

/** Asks an agent over HTTP, where it has told the master that it listens. Throws AgentUnreachable, and CommandFailed for what it refuses. */
export class AgentClient {
  /** Where it is asked; the first that answers is kept to. */
  private addresses: readonly string[];

  constructor(
    private readonly agent: Pick<AgentInfo, 'id' | 'hostname' | 'httpPort'>,
    private readonly credentials: Credentials | undefined,
    private readonly signal: AbortSignal,
    ownHostname = hostname(),
  ) {
    // Agents listen on the loopback address unless told otherwise, and the name of a machine need not lead there, not even on itself.
    const hosts = agent.hostname === ownHostname ? [agent.hostname, '127.0.0.1'] : [agent.hostname];
    this.addresses = hosts.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${agent.httpPort}`);
  }

  /** Undefined: there is no such file. */
  async readFile(path: string, offset: number, length?: number): Promise<FilePart | undefined> {
    const answer = await this.call({ type: 'READ_FILE', read_file: { path, offset, ...(length !== undefined && { length }) } });
    if (!answer) return undefined;
    const { size, data } = answer['read_file'] as { readonly size: number; readonly data: string };
    return { size, data: Buffer.from(data, 'base64') };
  }

  /** Undefined: there is no such directory. */
  async listFiles(path: string): Promise<readonly { readonly path: string }[] | undefined> {
    const answer = await this.call({ type: 'LIST_FILES', list_files: { path } });
    return answer && (answer['list_files'] as { readonly file_infos: readonly { readonly path: string }[] }).file_infos;
  }

  async state(): Promise<AgentState> {
    return (await this.ask('/state', {})) as AgentState;
  }

  private call(body: object): Promise<Record<string, unknown> | undefined> {
    const headers = { 'Content-Type': 'application/json' };
    return this.ask('/api/v1', { method: 'POST', headers, body: JSON.stringify(body) }) as Promise<Record<string, unknown> | undefined>;
  }

  /** Undefined: 404. */
  private async ask(path: string, { headers, ...init }: RequestInit): Promise<unknown> {
    const authorization = this.credentials && { Authorization: basicAuthorization(this.credentials) };
    const { answer, text } = await this.fetch(path, { ...init, headers: { ...headers, ...authorization } });
    if (answer.ok) return JSON.parse(text) as unknown;
    if (answer.status === 404) return undefined;
    if (answer.status === 503) throw this.unreachable(text);
    throw new CommandFailed(
      EXIT.refused,
      answer.status === 401 ? this.unknownCaller() : `Agent ${this.agent.id} refuses: ${text} (${answer.status})`,
    );
  }

  private async fetch(path: string, init: RequestInit): Promise<{ readonly answer: Response; readonly text: string }> {
    let fault: unknown;
    for (const address of this.addresses) {
      try {
        const signal = AbortSignal.any([this.signal, AbortSignal.timeout(PATIENCE_MS)]);
        const answer = await fetch(`${address}${path}`, { ...init, signal });
        const text = await answer.text();
        this.addresses = [address];
        return { answer, text };
      } catch (error) {
        fault ??= error;
      }
    }
    throw this.unreachable(reasonOf(fault));
  }

  private unreachable(reason: string): AgentUnreachable {
    return new AgentUnreachable(
      `No answer from agent ${this.agent.id} at ${this.addresses.join(' and ')} (${reason}). That is where it registered with the master: does it run, does the name lead to it ` +
        'from here, and does it listen there (HOLDFAST_AGENT_HOST, HOLDFAST_AGENT_HOSTNAME)?',
    );
  }

  private unknownCaller(): string {
    return this.credentials === undefined
      ? `Agent ${this.agent.id} wants to know who asks. Add --principal NAME --secret-file FILE (environment: HOLDFAST_PRINCIPAL, HOLDFAST_SECRET_FILE).`
      : `Agent ${this.agent.id} does not know the principal '${this.credentials.principal}', or the secret is not its own. Compare with the file in HOLDFAST_AGENT_CREDENTIALS.`;
  }
}

/** `fetch` says only that it failed; why, stands in the cause. */
function reasonOf(error: unknown): string {
  const cause = (error as { readonly cause?: { readonly code?: string } }).cause;
  if (cause?.code !== undefined) return cause.code;
  return (error as Error).name === 'TimeoutError' ? `nothing within ${PATIENCE_MS / 1000} s` : String(error);
}
