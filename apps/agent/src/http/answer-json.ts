import type { FastifyReply, FastifyRequest } from 'fastify';

/** JSON, or with `?jsonp=f` a call of f with it (wire 10). */
export function answerJson(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const json = JSON.stringify(value);
  const callback = queryOf(request, 'jsonp');
  return callback !== undefined && FUNCTION_NAME.test(callback)
    ? reply.type('text/javascript').send(`${callback}(${json});`)
    : reply.type('application/json').send(json);
}

export const answerText = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply.code(status).type('text/plain; charset=utf-8').send(text);

/** Of a parameter that comes more than once, the first. */
export function queryOf(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Readonly<Record<string, string | readonly string[] | undefined>>)[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Anything else would let a link run a script of its own in a browser. */
const FUNCTION_NAME = /^[\w$][\w$.]{0,127}$/;
