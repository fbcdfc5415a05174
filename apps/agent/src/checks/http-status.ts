import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Probe } from '@holdfast/core/tasks';

type HttpProbe = Extract<Probe, { kind: 'http' }>;

/**
 * The status of a GET at the agent's own loopback address. Not by fetch, which refuses the ports that browsers keep away from and follows
 * redirects to anywhere. Nobody can have a certificate for 127.0.0.1, so none is asked for. Rejects with what went wrong.
 */
export function httpStatus({ scheme, port, path }: HttpProbe, signal: AbortSignal): Promise<number> {
  const request = scheme === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, signal, agent: false, rejectUnauthorized: false, headers: { 'user-agent': 'holdfast-agent' } },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        // What it goes on to say does not matter, and may have no end.
        answer.destroy();
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
