import { isSpanContextValid, trace } from '@opentelemetry/api';
import { pino, stdTimeFunctions } from 'pino';
import { logLevelOf, type LogLevel } from '../config';
import { isTracing } from '../telemetry';

/** Fields first, then one sentence; or the sentence alone. */
export interface LogMethod {
  (fields: object, message: string): void;
  (message: string): void;
}

/** What of pino the code uses, so that a test can hand in its own. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  child(fields: Record<string, unknown>): Logger;
}

/**
 * Writes JSON lines to standard output. Lines carry `trace_id` and `span_id` while a span is active. The level is
 * HOLDFAST_LOG_LEVEL's if not given.
 */
export function createLogger(service: string, level: LogLevel = logLevelOf(process.env)): Logger {
  outliveReader();
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: traceIds,
    },
    // Not pino's own writer: its last flush never ends when the reader is gone, and its asynchronous writes race with the exit.
    process.stdout,
  );
}

function traceIds(): object {
  if (!isTracing()) return {};
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

let outlives = false;

/** A reader that has gone away (`… | head`, a killed supervisor) is no reason to die. */
function outliveReader(): void {
  if (outlives) return;
  outlives = true;
  process.stdout.on('error', () => undefined);
}
