import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FileInfo, FileRefusal, modeText } from '../sandbox-files';
import type { AgentFiles } from './agent-files';
import { answerJson, answerText, queryOf } from './answer-json';
import { contentTypeOf } from './content-type';
import { wholeCharacters } from './whole-characters';

/** `/files/browse|read|download|debug` (wire 11): the sandboxes and volumes of tasks, for people and their tools. */
export function addFileRoutes(scope: FastifyInstance, files: () => AgentFiles | undefined): void {
  const serve = (route: string, answer: (request: FastifyRequest, reply: FastifyReply, files: AgentFiles) => Promise<FastifyReply>) => {
    scope.all(route, async (request, reply) => {
      const known = files();
      if (!known) return answerText(reply, 503, 'The agent is still recovering.');
      try {
        return await answer(request, reply, known);
      } catch (fault) {
        if (fault instanceof FileRefusal) return answerText(reply, fault.status, fault.message);
        throw fault;
      }
    });
  };

  serve('/files/browse', async (request, reply, known) => {
    const { infos, isCut } = await known.list(pathOf(request));
    if (isCut) void reply.header('Holdfast-Truncated', 'true');
    return answerJson(request, reply, infos.map(browsed));
  });

  serve('/files/read', async (request, reply, known) => {
    const path = pathOf(request);
    const offset = numberOf(request, 'offset');
    const length = numberOf(request, 'length');
    const { size, data } = await known.read(path, { offset, length });
    if (offset === undefined) return answerJson(request, reply, { data: '', offset: size });
    const isWhole = offset + data.length >= size;
    return answerJson(request, reply, { data: wholeCharacters(data, isWhole).toString('utf8'), offset });
  });

  serve('/files/download', async (request, reply, known) => {
    const path = pathOf(request);
    const name = path.split('/').findLast((part) => part !== '') ?? 'file';
    const content = await known.download(path);
    return reply
      .type(contentTypeOf(name))
      .header(
        'Content-Disposition',
        `attachment; filename="${name.replace(/[^\w.+-]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      )
      .header('X-Content-Type-Options', 'nosniff')
      .send(content);
  });

  serve('/files/debug', async (request, reply, known) => answerJson(request, reply, known.known()));
}

function pathOf(request: FastifyRequest): string {
  const path = queryOf(request, 'path');
  if (path === undefined || path === '') throw new FileRefusal(400, 'Which path? Add ?path=… to the request.');
  return path;
}

/** Undefined for none, and for -1, which stands for it. */
function numberOf(request: FastifyRequest, name: string): number | undefined {
  const text = queryOf(request, name);
  if (text === undefined || text === '' || text === '-1') return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new FileRefusal(400, `${name} must be a number of bytes, or -1; it is ${JSON.stringify(text)}.`);
  }
  return value;
}

const browsed = ({ mtimeMs, mode, ...info }: FileInfo) => ({ ...info, mtime: Math.floor(mtimeMs / 1000), mode: modeText(mode) });
