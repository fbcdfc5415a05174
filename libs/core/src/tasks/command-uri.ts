import type { CommandUri } from './task';

/** An address of this machine; a host other than the machine itself is not. */
const FILE_URL = /^file:\/\/(localhost)?(?=\/)/;

/** The absolute path that a URI names on its agent, as it stands: nothing in it is decoded, as in Mesos. Undefined: it is not of that machine. */
export function pathOfUri(value: string): string | undefined {
  const path = value.replace(FILE_URL, '');
  return path.startsWith('/') ? path : undefined;
}

/** Where it goes, relative to the sandbox. */
export function outputOfUri({ value, outputFile }: CommandUri): string {
  const path = (pathOfUri(value) ?? value).replace(/\/+$/, '');
  return outputFile ?? path.split('/').at(-1) ?? '';
}

/** Why a URI cannot be fetched, as a sentence's end; nothing if it can, provided that the file is there. */
export function uriProblem(uri: CommandUri): string | undefined {
  const { value, outputFile } = uri;
  if (value.includes('\0') || outputFile?.includes('\0')) return 'contains a NUL character.';
  if (pathOfUri(value) === undefined)
    return `names '${value}'; only files of the agent's machine are fetched, by an absolute path or file:///path.`;
  if (outputFile?.startsWith('/')) return `has the output file '${outputFile}', which must be relative to the sandbox.`;
  const segments = outputOfUri(uri).split('/');
  if (segments.includes('..')) return `has the output file '${outputOfUri(uri)}', which would lie outside the sandbox.`;
  return segments.every((segment) => segment === '' || segment === '.') ? `names '${value}', which has no file name.` : undefined;
}
