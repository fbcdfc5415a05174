import type { Codec, Method } from '@holdfast/contracts';
import { ok, refuse, refused } from '@holdfast/core/base';
import type { Logger } from '../process';

/** A small service for this folder's tests; its messages are JSON, so that they can be malformed in readable ways. */
export interface Note {
  readonly text: string;
}

const noteCodec: Codec<Note> = {
  encode: (note) => Buffer.from(JSON.stringify(note)),
  decode: (bytes) => {
    try {
      return ok(JSON.parse(bytes.toString()) as Note);
    } catch {
      return refused(refuse('invalid_argument', { field: 'note', problem: 'is not JSON' }));
    }
  },
};

const method = (name: string, requestStream: boolean, responseStream: boolean): Method<Note, Note> => ({
  path: `/holdfast.test.Echo/${name}`,
  requestStream,
  responseStream,
  request: noteCodec,
  response: noteCodec,
});

export const echo = {
  say: method('Say', false, false),
  repeat: method('Repeat', false, true),
  chat: method('Chat', true, true),
};

/** The same methods, as a client that sends what is no JSON sees them. */
export const garbled = <Req, Res>(from: Method<Req, Res>): Method<Req, Res> => ({
  ...from,
  request: { ...from.request, encode: () => Buffer.from('{') },
});

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

/** A logger that keeps its lines. */
export function keepingLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (fields: object | string, message = '') =>
      void lines.push(typeof fields === 'string' ? { level, message: fields, fields: {} } : { level, message, fields });
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal'), child: () => log };
  return { log, lines };
}
