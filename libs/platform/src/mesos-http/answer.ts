import type { ServerResponse } from 'node:http';

/** A whole answer: its text tells people why; clients look at the status only. */
export interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends it with its length; without text the body is empty. */
export function send(response: ServerResponse, { status, text = '', headers = {} }: Answer): void {
  const body = Buffer.from(text);
  const type = text === '' || 'Content-Type' in headers ? {} : { 'Content-Type': 'text/plain; charset=utf-8' };
  response.writeHead(status, { ...type, 'Content-Length': body.length, ...headers });
  response.end(body);
}
