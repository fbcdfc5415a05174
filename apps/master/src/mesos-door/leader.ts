import type { Answer } from '@holdfast/platform/mesos-http';

interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** Who leads, as far as this master knows. It is `us` only once everything is recovered. */
export type Leader = ({ readonly kind: 'us' | 'other' } & Address) | { readonly kind: 'none' };

const NO_LEADER: Answer = { status: 503, text: 'No master leads yet, or the one that does is still recovering. Try again soon.' };

/**
 * 307 to the leader, with path and query; 503 if there is none (wire document 8). The location has no scheme and always a port: the one form
 * that all clients read.
 */
export function redirect(leader: Leader, origin: string): Answer {
  if (leader.kind === 'none') return NO_LEADER;
  const host = leader.hostname.includes(':') ? `[${leader.hostname}]` : leader.hostname;
  return { status: 307, headers: { Location: `//${host}:${leader.port}${origin}` } };
}
