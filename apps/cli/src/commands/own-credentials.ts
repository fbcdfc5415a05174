import { open } from 'node:fs/promises';
import { principalProblem, secretProblem, type Credentials } from '@holdfast/platform/credentials';
import { CommandFailed, EXIT } from '../exit-code';
import type { Terminal } from '../output';

export interface CredentialOptions {
  readonly principal?: string;
  readonly secretFile?: string;
}

/** Who asks, as the command line and the environment say; undefined where they say nothing. */
export async function readOwnCredentials(
  { principal, secretFile }: CredentialOptions,
  terminal: Pick<Terminal, 'complain'>,
): Promise<Credentials | undefined> {
  if (principal === undefined && secretFile === undefined) return undefined;
  if (principal === undefined)
    throw new CommandFailed(EXIT.usage, 'Whose secret is it? Add --principal NAME (environment: HOLDFAST_PRINCIPAL).');
  if (secretFile === undefined) {
    throw new CommandFailed(
      EXIT.usage,
      `Where is the secret of '${principal}'? Add --secret-file FILE (environment: HOLDFAST_SECRET_FILE); the file holds it on one line.`,
    );
  }
  const secret = await readSecretFile(secretFile, terminal);
  const problem = principalProblem(principal) ?? secretProblem(secret);
  if (problem !== undefined) throw new CommandFailed(EXIT.usage, `${problem} (--principal, ${secretFile})`);
  return { principal, secret };
}

const READABLE_BY_OTHERS = 0o004;

async function readSecretFile(path: string, terminal: Pick<Terminal, 'complain'>): Promise<string> {
  const { text, mode } = await readWithMode(path).catch((error: Error) => {
    throw new CommandFailed(EXIT.usage, `The file with the secret cannot be read: ${error.message}`);
  });
  if (mode & READABLE_BY_OTHERS) terminal.complain(`Warning: everybody on this machine can read the secret; run: chmod o-r ${path}`);
  return oneLine(text);
}

/** Without the line's end, which editors and `echo` add. */
export const oneLine = (text: string): string => text.replace(/\r?\n$/, '');

async function readWithMode(path: string): Promise<{ readonly text: string; readonly mode: number }> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    return { text: await file.readFile('utf8'), mode };
  } finally {
    await file.close();
  }
}
