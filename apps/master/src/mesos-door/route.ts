export type Endpoint = 'scheduler' | 'version' | 'health' | 'redirect';

/** `not_found`: nobody serves it, whatever else this port has. `elsewhere`: not one of ours. */
export type Route = Endpoint | 'bad_target' | 'not_found' | 'elsewhere';

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['api/v1/scheduler', 'scheduler'],
  ['version', 'version'],
  ['health', 'health'],
  ['redirect', 'redirect'],
]);

/**
 * Who serves a request target (wire document 1): with or without `/master` in front, percent-encoded or not; the longest prefix of whole
 * segments decides, so that a trailing slash and whatever stands behind an endpoint are ignored.
 */
export function routeOf(target: string): Route {
  const path = pathOf(target);
  if (path === undefined) return 'bad_target';
  if (path.includes('/..')) return 'not_found';
  const segments = path.split('/').filter((segment) => segment !== '');
  const inner = segments.length > 0 && decoded(segments[0] ?? '') === 'master' ? segments.slice(1) : segments;
  for (let length = inner.length; length > 0; length--) {
    const endpoint = ENDPOINTS.get(inner.slice(0, length).join('/'));
    // Nothing may stand behind /redirect: a client that appends its path to a location would run in circles.
    if (endpoint === 'redirect' && length < inner.length) return 'not_found';
    if (endpoint) return endpoint;
  }
  return 'elsewhere';
}

/** Path and query as they came; proxies send the whole URL. `undefined`: there is no path. */
export function originOf(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const absolute = /^https?:\/\/[^/?#]+(\/.*)$/i.exec(target);
  return absolute?.[1];
}

const pathOf = (target: string): string | undefined => originOf(target)?.split('?', 1)[0];

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
