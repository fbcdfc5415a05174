import type { FastifyInstance } from 'fastify';
import { createVerifier, parseBasicAuthorization, readCredentialsFile, type Verifier } from '@holdfast/platform/credentials';
import type { Logger } from '@holdfast/platform/process';

/** Open to all, whatever is set: these tell nothing of tasks (wire 12). */
const OPEN: ReadonlySet<string> = new Set(['/health', '/version', '/metrics/snapshot']);
const READWRITE: ReadonlySet<string> = new Set(['/api/v1']);

/**
 * Who may ask this agent: those of the file, or, without one, everybody who reaches the port; where that is more than this machine, the log
 * says so. Throws OperatorFileFault.
 */
export async function openAccess(
  { credentialsFile, host }: { readonly credentialsFile?: string | undefined; readonly host: string },
  log: Logger,
): Promise<Verifier | undefined> {
  if (credentialsFile === undefined) {
    if (!isLoopback(host)) {
      log.warn(
        { host },
        'everybody who reaches the HTTP port may read the files and the state of every task; HOLDFAST_AGENT_CREDENTIALS asks who they are',
      );
    }
    return undefined;
  }
  const { value, warnings } = await readCredentialsFile(credentialsFile);
  for (const warning of warnings) log.warn(warning);
  return createVerifier(value);
}

const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost)$/i.test(host);

/** Asks whoever calls a route of this scope for HTTP Basic credentials, 401 with a challenge otherwise (wire 12). */
export function requireCredentials(scope: FastifyInstance, verifier: Verifier): void {
  scope.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url ?? '';
    if (OPEN.has(route)) return undefined;
    const problem = await problemWith(request.headers.authorization, verifier);
    if (problem === undefined) return undefined;
    const realm = READWRITE.has(route) ? 'mesos-agent-readwrite' : 'mesos-agent-readonly';
    return reply.code(401).header('WWW-Authenticate', `Basic realm="${realm}"`).type('text/plain; charset=utf-8').send(problem);
  });
}

async function problemWith(authorization: string | undefined, verifier: Verifier): Promise<string | undefined> {
  if (authorization === undefined) return 'This agent asks for credentials, and none were sent.';
  const sent = parseBasicAuthorization(authorization);
  if (!sent.ok) return sent.refusal.message;
  switch (await verifier.verify(sent.value)) {
    case 'right':
      return undefined;
    case 'wrong':
      return 'The principal is not known, or the secret is not its own.';
    case 'busy':
      return 'Too many secrets of this principal wait to be checked; try again in a moment.';
  }
}
