import type { SettingsDefinition } from '../config';
import { stopTelemetry } from '../telemetry';
import { within } from './within';
import { createLogger, type Logger } from './logger';
import { startFailure } from './start-failure';

export interface RunningService {
  stop(): Promise<void>;
  /** Name → address, printed once everything serves. */
  readonly endpoints: Record<string, string>;
}

export interface ServiceSpec<S extends object> {
  readonly definition: SettingsDefinition<S>;
  readonly start: (settings: Readonly<S>, log: Logger) => Promise<RunningService>;
  /** How long `stop` may take; 10 000 if not given. */
  readonly stopLimitMs?: number;
}

const FLUSH_LIMIT_MS = 2000;

/**
 * The whole of a `main.ts`: answers --help, reads the settings and prints them, starts, says where it serves, and stops once on
 * SIGINT or SIGTERM (0; a second signal, or more than `stopLimitMs`: 1). What cannot start says why (1). A bug is logged and ends the
 * process (1): whoever looks after it starts a clean one.
 */
export function runService<S extends object>(spec: ServiceSpec<S>): void {
  const { definition } = spec;
  const log = createLogger(definition.service);
  process.stderr.on('error', () => undefined);

  const [argument] = process.argv.slice(2);
  if (argument === '--help' || argument === '-h') {
    process.stdout.write(definition.help());
    return;
  }
  if (argument !== undefined) {
    process.stderr.write(`holdfast ${definition.service} takes no argument ${argument}; settings are environment variables, see --help\n`);
    process.exitCode = 1;
    return;
  }

  const endAsBug = (err: unknown) => {
    log.fatal({ err }, 'a bug ends this process');
    process.exit(1);
  };
  process.on('uncaughtException', endAsBug);
  process.on('unhandledRejection', endAsBug);
  void startService(spec, log);
}

async function startService<S extends object>({ definition, start, stopLimitMs = 10_000 }: ServiceSpec<S>, log: Logger): Promise<void> {
  let settings: Readonly<S> | undefined;
  let running: RunningService | undefined;
  onStopSignal(log, () => running, stopLimitMs);
  try {
    settings = definition.read(process.env);
    log.info({ settings: definition.describe(settings), node: process.version }, 'starting');
    running = await start(settings, log);
    log.info({ endpoints: running.endpoints }, 'serving');
  } catch (error) {
    const why = startFailure(error, definition, settings);
    if (why === undefined) throw error;
    log.fatal({ reason: why.split('\n') }, 'cannot start');
    process.stderr.write(`holdfast ${definition.service} cannot start.\n${why}\n`);
    process.exit(1);
  }
}

function onStopSignal(log: Logger, service: () => RunningService | undefined, limitMs: number): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    const running = service();
    // Nothing is promised to anybody yet, or somebody has lost patience.
    if (stopping || !running) {
      log.warn({ signal }, stopping ? 'second signal: exiting at once' : 'stopped before it served');
      process.exit(stopping ? 1 : 0);
    }
    stopping = true;
    log.info({ signal }, 'stopping');
    void stopService(running, log, limitMs);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

async function stopService(running: RunningService, log: Logger, limitMs: number): Promise<void> {
  const stopped = await within(limitMs, running.stop());
  const flushed = await within(FLUSH_LIMIT_MS, stopTelemetry()).catch(() => false);
  if (!flushed) log.warn('the last spans could not be sent');
  if (stopped) log.info('stopped');
  else log.error({ limitMs }, 'did not stop in time: exiting anyway');
  process.exit(stopped ? 0 : 1);
}
