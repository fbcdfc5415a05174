/** What the agent serves besides /healthz, /readyz and /metrics, without the leading slash. */
const ENDPOINTS: ReadonlySet<string> = new Set([
  'api/v1',
  'api/v1/executor',
  'containers',
  'files/browse',
  'files/debug',
  'files/download',
  'files/read',
  'flags',
  'health',
  'metrics/snapshot',
  'monitor/statistics',
  'state',
  'version',
]);

/**
 * The one spelling of a request target (wire 1): without `/slave(1)` in front, percent-encoded or not, and without what stands behind the
 * longest prefix of whole segments that is served, as a slash at the end. The query stays. What is not served stays as it is, as does a path
 * with `/..` in it, which is nowhere.
 */
export function canonicalTarget(target: string): string {
  const [path = '', ...query] = target.split('?');
  if (!path.startsWith('/') || path.includes('/..')) return target;
  const segments = path.split('/').filter((segment) => segment !== '');
  const inner = decoded(segments[0] ?? '') === 'slave(1)' ? segments.slice(1) : segments;
  for (let length = inner.length; length > 0; length--) {
    const endpoint = inner.slice(0, length).join('/');
    if (ENDPOINTS.has(endpoint)) return [`/${endpoint}`, ...query].join('?');
  }
  return target;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
