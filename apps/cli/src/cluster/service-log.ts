import { createWriteStream, existsSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** A service's output, kept in `<dir>/<name>.log`; that of the run before is `<name>.log.1`. */
export class ServiceLog {
  readonly path: string;
  readonly #file: WriteStream;
  readonly #last: string[] = [];

  constructor(dir: string, name: string) {
    this.path = join(dir, `${name}.log`);
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    this.#file = createWriteStream(this.path, { flags: 'a' });
  }

  add(line: string): void {
    this.#file.write(`${line}\n`);
    this.#last.push(line);
    if (this.#last.length > REMEMBERED_LINES) this.#last.shift();
  }

  /** The newest lines, for the message that says why a start failed. */
  get lastLines(): readonly string[] {
    return this.#last;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#file.end(() => resolve()));
  }
}

const REMEMBERED_LINES = 10;

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** What a line says to a person: of a JSON line its level and message, of any other the line itself. */
export function readLogLine(line: string): LogEntry {
  const entry = parseObject(line);
  if (entry === undefined) return { level: 'info', message: line };
  const message = typeof entry['msg'] === 'string' ? entry['msg'] : line;
  const cause = causeOf(entry['err']) ?? causeOf(entry['reason']);
  return { level: levelOf(entry['level']), message: cause === undefined ? message : `${message}: ${cause}` };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** pino writes levels as numbers (40 warn, 50 error) or, when told so, as words. */
function levelOf(level: unknown): LogEntry['level'] {
  const number = typeof level === 'number' ? level : { warn: 40, error: 50, fatal: 60 }[String(level)];
  if (number === undefined || number < 40) return 'info';
  return number < 50 ? 'warn' : 'error';
}

/** An error as pino writes it, or lines of text. */
const causeOf = (err: unknown): string | undefined =>
  Array.isArray(err)
    ? err.join(' ')
    : typeof err === 'object' && err !== null && 'message' in err && typeof err.message === 'string'
      ? err.message
      : undefined;
