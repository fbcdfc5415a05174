import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Answer, bodyChecks, firstRefusal, negotiate } from '@holdfast/platform/mesos-http';
import { FileRefusal } from '../sandbox-files';
import { answerText } from './answer-json';
import { answerCall, type OperatorSurroundings } from './operator-answers';
import { CallRefusal, readOperatorCall } from './operator-call';

/** Bodies are JSON only: there is no agent package in our proto. */
const JSON_BODIES = { contentType: 'application/json' } as const;
const CHECKS = bodyChecks([JSON_BODIES]);

/** `POST /api/v1`: what an operator asks an agent (wire 7.3), in the order of checks of section 2. `around`: undefined while it recovers. */
export function addOperatorApi(scope: FastifyInstance, around: () => OperatorSurroundings | undefined): void {
  scope.all('/api/v1', async (request, reply) => {
    const known = around();
    if (!known) return answerText(reply, 503, 'The agent is still recovering.');
    const { 'content-type': contentType, 'content-encoding': contentEncoding, accept } = request.headers;
    const refusal = firstRefusal(CHECKS, { method: request.method, contentType, contentEncoding });
    if (refusal) return refuse(reply, refusal);
    if (contentEncoding !== undefined && !/^(identity)?$/i.test(contentEncoding)) {
      return answerText(reply, 415, 'Calls to an agent are short: send them uncompressed.');
    }
    try {
      const call = readOperatorCall(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
      if (!negotiate([JSON_BODIES], accept)) return answerText(reply, 406, 'Accept must admit application/json.');
      const answer = await answerCall(call, known);
      return answer ? reply.type('application/json').send(JSON.stringify(answer)) : reply.send();
    } catch (fault) {
      if (fault instanceof CallRefusal || fault instanceof FileRefusal) return answerText(reply, fault.status, fault.message);
      throw fault;
    }
  });
}

function refuse(reply: FastifyReply, { status, text = '', headers = {} }: Answer): FastifyReply {
  const advice = status === 415 ? ' This agent speaks JSON only.' : '';
  return answerText(reply.headers(headers), status, `${text}${advice}`);
}
