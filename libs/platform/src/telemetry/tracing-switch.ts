/**
 * What the preload and the service share. They are bundled apart, so the place is a well-known symbol, as
 * @opentelemetry/api does it.
 */
export interface TracingSwitch {
  /** Names of RPCs that get no span: streams live for days, and their messages carry their own trace context. */
  readonly untracedRpcs: Set<string>;
  /** Present when the preload has started the SDK: sends what is waiting and stops. */
  stop?: () => Promise<void>;
}

const KEY = Symbol.for('holdfast.tracing');

export function tracingSwitch(): TracingSwitch {
  const everywhere = globalThis as { [KEY]?: TracingSwitch };
  return (everywhere[KEY] ??= { untracedRpcs: new Set() });
}

/** Looked up once: `isTracing` stands on hot paths. */
const shared = tracingSwitch();

/** True when the preload has started the SDK. */
export const isTracing = (): boolean => shared.stop !== undefined;

/** No span for this RPC; `path` as in `/package.Service/Method`. */
export function leaveUntraced(path: string): void {
  shared.untracedRpcs.add(path.slice(path.lastIndexOf('/') + 1));
}

/** Sends the spans that wait, then stops. Nothing happens when there is no tracing, or the second time. */
export async function stopTelemetry(): Promise<void> {
  const stop = shared.stop;
  shared.stop = undefined;
  await stop?.();
}
