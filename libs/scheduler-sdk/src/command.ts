import type { Command } from '@holdfast/core/tasks';

/** A file of the agent's machine: an absolute path or a `file://` URL. */
export interface UriOptions {
  readonly value: string;
  /** By default it is not, and then unpacked if its name says that it is an archive. */
  readonly executable?: boolean;
  readonly extract?: boolean;
  /** Below the sandbox; by default the last part of the path. */
  readonly outputFile?: string;
}

export interface CommandOptions {
  /** A line for `/bin/sh -c`, or a program with its whole argument vector (its own name first). */
  readonly command: string | { readonly program: string; readonly args: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  /** By default that of the framework. */
  readonly user?: string;
  /** Fetched into the sandbox before the command runs. */
  readonly uris?: readonly (string | UriOptions)[];
}

export const commandOf = ({ command, environment = {}, user, uris = [] }: CommandOptions): Command => ({
  ...(typeof command === 'string'
    ? { shell: true, value: command, args: [] }
    : { shell: false, value: command.program, args: command.args }),
  environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
  ...(user === undefined ? {} : { user }),
  ...(uris.length === 0 ? {} : { uris: uris.map((uri) => uriOf(typeof uri === 'string' ? { value: uri } : uri)) }),
});

const uriOf = ({ value, executable = false, extract = true, outputFile }: UriOptions) => ({
  value,
  executable,
  extract,
  ...(outputFile === undefined ? {} : { outputFile }),
});
