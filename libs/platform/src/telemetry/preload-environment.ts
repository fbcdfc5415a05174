import { basename, dirname } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Traces are recorded only where the environment says where they go to, in the standard variables of OpenTelemetry. */
export function wantsTraces(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const exporter = env.OTEL_TRACES_EXPORTER?.trim();
  if (exporter) return exporter !== 'none';
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/**
 * `holdfast-<service>` after the script that runs: `…/master/main.cjs` and `…/master.cjs` are `holdfast-master`. Undefined where
 * the environment names the service itself.
 */
export function serviceNameOf(env: Environment, script: string | undefined): string | undefined {
  if (env.OTEL_SERVICE_NAME || /(^|,)\s*service\.name=/.test(env.OTEL_RESOURCE_ATTRIBUTES ?? '')) return undefined;
  return `holdfast-${(script && namingPart(script)) || 'service'}`;
}

const NAMELESS = new Set(['main', 'index', 'src', 'dist', 'bin']);

function namingPart(path: string): string | undefined {
  const name = basename(path).replace(/\.[cm]?[jt]s$/, '');
  if (name !== '' && !NAMELESS.has(name)) return name;
  const parent = dirname(path);
  return parent === path ? undefined : namingPart(parent);
}
