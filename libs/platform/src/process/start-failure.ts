import { type SettingsDefinition, SettingsError } from '../config';
import { ListenFault } from './listen-fault';

/** Why a service does not start, for the person who started it; undefined for what is a bug of ours. */
export function startFailure<S extends object>(
  error: unknown,
  definition: SettingsDefinition<S>,
  settings?: Readonly<S>,
): string | undefined {
  if (error instanceof SettingsError) return `${error.message}\n(--help lists every setting)`;
  if (error instanceof ListenFault) return listenFailure(error, settingOf(error.port, definition, settings));
  if (error instanceof Error && error.name.endsWith('Fault')) return [error.message, ...causesOf(error)].join('\n  because: ');
  return undefined;
}

function listenFailure({ host, port, code, message }: ListenFault, setting: string | undefined): string {
  const change = setting ? `set ${setting} to another port` : 'choose another port';
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use.\nTo see by whom: ss -ltnp 'sport = :${port}'  (or: lsof -nP -iTCP:${port} -sTCP:LISTEN)\nThen stop that process, or ${change}.`;
  if (code === 'EACCES') return `Port ${port} on ${host} may be used by root only; ${change}, above 1023.`;
  return `${message}; check the host, or ${change}.`;
}

/** The variable that holds this port. */
function settingOf<S extends object>(port: number, definition: SettingsDefinition<S>, settings?: Readonly<S>): string | undefined {
  if (!settings) return undefined;
  for (const key of Object.keys(definition.fields) as (keyof S)[]) {
    const field = definition.fields[key];
    if (field.kind === 'port' && (settings[key] as unknown) === port) return field.name;
  }
  return undefined;
}

function causesOf(error: Error): string[] {
  return error.cause instanceof Error ? [error.cause.message, ...causesOf(error.cause)] : [];
}
