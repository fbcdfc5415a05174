import type { CliSettings } from './config';
import type { Terminal } from './output';

/** What every command is given. */
export interface CliContext {
  readonly settings: CliSettings;
  readonly terminal: Terminal;
  /** Standard input. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** The environment that started services inherit. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder with the bundles of the services. */
  readonly distDir: string;
  readonly currentDir: string;
  /** The program and its first arguments with which a shell starts this command again. */
  readonly startedWith: readonly string[];
  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal: AbortSignal;
}
