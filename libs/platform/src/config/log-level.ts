import { oneOf } from './field-makers';

/** Every service has it, so every definition lists it. */
export const LOG_LEVEL = oneOf('HOLDFAST_LOG_LEVEL', 'info', 'How much is logged to standard output, one JSON object per line.', [
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'silent',
]);

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** The level that `env` asks for. A value that makes no sense is reported by `SettingsDefinition.read`; until then `info`. */
export function logLevelOf(env: NodeJS.ProcessEnv): LogLevel {
  const parsed = LOG_LEVEL.schema.safeParse(env[LOG_LEVEL.name]);
  return parsed.success ? parsed.data : 'info';
}
