import type { CommandUri } from '@holdfast/core/tasks';
import type { ContainerSpec } from './container-spec';
import { quote, quoteLine } from './shell-words';

/** Programs that unpack a file, named last, into the working directory; by how its name ends. Other names are of no archive. */
const UNPACKED_BY: readonly (readonly [ending: RegExp, program: string])[] = [
  [/\.(tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz|zst))$/i, 'tar -x -f'],
  [/\.zip$/i, 'unzip -q -o'],
];
const COMPRESSED = /\.gz$/i;

/** As much of what a program complains of as a status has room for. */
const COMPLAINT_BYTES = 400;

/**
 * Lines that bring the URIs of a command into the sandbox, in order, before it runs. All is done with the rights of the task's user and sees
 * what the task sees: a URI opens nobody a file that its task could not read. They need a function `fail`.
 */
export function fetchLines({ uris = [], sandbox }: ContainerSpec, asUser: readonly string[]): readonly string[] {
  return uris.flatMap((uri) => {
    const program = fetchProgram(uri);
    const failed = `${uri.value} could not be fetched: `;
    if ('problem' in program) return [`fail ${quoteLine(failed + program.problem)}`];
    const shell = ['/bin/sh', '-c', quote(`cd ${quote(sandbox)} && { ${program.steps.join(' && ')}; }`)];
    // Its own input and no descriptor of ours: what it reads is the task's, and may make it do anything.
    return [
      `complaint=$(${[...asUser, ...shell].join(' ')} </dev/null 3>&- 8>&- 9>&- 2>&1 >/dev/null) || fail ${quoteLine(failed)}"$(printf '%s' "$complaint" | tr '\\n' ' ' | tail -c ${COMPLAINT_BYTES})"`,
    ];
  });
}

type FetchProgram = { readonly steps: readonly string[] } | { readonly problem: string };

function fetchProgram({ value, executable, extract, outputFile }: CommandUri): FetchProgram {
  const path = localPath(value);
  if (path === undefined) return { problem: 'only files of the agent are fetched: an absolute path, or file:///an/absolute/path' };
  const name = outputFile ?? path.slice(path.lastIndexOf('/') + 1);
  const parts = name.split('/');
  if (name === '' || parts.includes('..') || name.startsWith('/')) return { problem: `'${name}' is no name for a file in the sandbox` };
  const file = quote(`./${name}`);
  const folder = parts.slice(0, -1).join('/');
  return {
    steps: [
      ...(folder === '' ? [] : [`mkdir -p -- ${quote(`./${folder}`)}`]),
      `cp -- ${quote(path)} ${file}`,
      ...(executable ? [`chmod a+x -- ${file}`] : extract ? unpack(name, file) : []),
    ],
  };
}

function unpack(name: string, file: string): readonly string[] {
  const program = UNPACKED_BY.find(([ending]) => ending.test(name))?.[1];
  if (program !== undefined) return [`${program} ${file}`];
  return COMPRESSED.test(name) ? [`gzip -d -c -- ${file} > ${quote(`./${name.replace(COMPRESSED, '')}`)}`] : [];
}

/** The path that a URI means; undefined: it is of no file here. */
function localPath(value: string): string | undefined {
  if (value.startsWith('/')) return value;
  if (!/^file:\/\//i.test(value)) return undefined;
  try {
    const url = new URL(value);
    if (url.host !== '' && url.host !== 'localhost') return undefined;
    const path = decodeURIComponent(url.pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}
