import { nearMatch } from '@holdfast/core/base';
import { type Field, isSameAs } from './field';
import { helpText } from './help-text';
import { LOG_LEVEL } from './log-level';
import { SettingsError } from './settings-error';
import { shownValue } from './shown-value';

export interface SettingsSpec<S extends object> {
  /** `agent`, `volume-registry`: names the service and the prefix of its variables. */
  readonly service: string;
  /** One paragraph for `--help`. */
  readonly about: string;
  readonly fields: { readonly [K in keyof S]: Field<S[K]> };
  /** Relations between settings; each string returned is one fault. Asked only when every setting is sound by itself. */
  readonly check?: (settings: S) => string[];
}

export interface SettingsDefinition<S extends object> extends SettingsSpec<S> {
  /** Turns the environment into settings. Throws SettingsError, which lists every fault. */
  read(env: NodeJS.ProcessEnv): Readonly<S>;
  /** The text of `--help`: every variable, its default and what it is for. */
  help(): string;
  /** Variable → effective value as text; secrets and the passwords of urls are masked. */
  describe(settings: Readonly<S>): Record<string, string>;
}

type Entry = readonly [key: string, field: Field<unknown>];

/** Describes all settings of a service in one place: reading, checking, `--help` and the line at start follow from it. */
export function defineSettings<S extends object>(spec: SettingsSpec<S>): SettingsDefinition<S> {
  const entries = Object.entries(spec.fields) as unknown as readonly Entry[];
  const own = entries.map(([, field]) => field);
  const all = own.some(({ name }) => name === LOG_LEVEL.name) ? own : [...own, LOG_LEVEL];

  return {
    ...spec,
    read(env) {
      const faults = unknownVariables(spec.service, all, env);
      const texts = new Map(all.map(({ name }) => [name, env[name]]));
      const values = new Map(all.map((field) => [field.name, valueOf(field, all, texts, faults)]));
      const settings = Object.fromEntries(entries.map(([key, field]) => [key, values.get(field.name)])) as S;
      if (faults.length === 0) faults.push(...(spec.check?.(settings) ?? []));
      if (faults.length > 0) throw new SettingsError(spec.service, faults);
      return Object.freeze(settings);
    },
    help: () => helpText(spec.service, spec.about, all),
    describe: (settings) =>
      Object.fromEntries(entries.map(([key, field]) => [field.name, describeValue(field, (settings as Record<string, unknown>)[key])])),
  };
}

function describeValue({ kind, write }: Field<unknown>, value: unknown): string {
  return shownValue(kind, write && value !== undefined && value !== null ? write(value) : value);
}

function valueOf(
  field: Field<unknown>,
  all: readonly Field<unknown>[],
  texts: ReadonlyMap<string, string | undefined>,
  faults: string[],
): unknown {
  const text = texts.get(field.name);
  if (text === undefined || text === '') return defaultOf(field, all, texts);
  const parsed = field.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  faults.push(`${field.name}: '${shownValue(field.kind, text)}' was given; expected ${field.expects}`);
  return undefined;
}

/** A fault in the variable that is referred to is reported there, once. */
function defaultOf(field: Field<unknown>, all: readonly Field<unknown>[], texts: ReadonlyMap<string, string | undefined>): unknown {
  if (!isSameAs(field.default)) return field.default;
  const { sameAs } = field.default;
  const other = all.find(({ name }) => name === sameAs);
  return other && valueOf(other, all, texts, []);
}

/** A misspelt variable would otherwise be a setting that silently keeps its default. */
function unknownVariables(service: string, fields: readonly Field<unknown>[], env: NodeJS.ProcessEnv): string[] {
  const known = fields.map(({ name }) => name);
  const prefixes = prefixesOf(service);
  return Object.keys(env)
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)) && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearMatch(name, known);
      return `${name}: there is no such setting; ${meant ? `did you mean ${meant}?` : '--help lists those that there are'}`;
    });
}

/** `volume-registry` → HOLDFAST_VOLUME_REGISTRY_ and, as its variables are named, HOLDFAST_REGISTRY_. */
function prefixesOf(service: string): string[] {
  const words = service.toUpperCase().split('-');
  return [`HOLDFAST_${words.join('_')}_`, `HOLDFAST_${words.at(-1)}_`];
}
