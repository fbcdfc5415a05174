import { readScriptHeader, type ScriptHeader } from './script-header';

/** One Lua chunk, as Redis gets it. */
export interface ComposedScript {
  readonly header: ScriptHeader;
  readonly text: string;
  /** Says which file and line stand at a line of the chunk, so that Redis' messages can be read. */
  whereIs(line: number): string;
}

/**
 * Puts a script together: `key` and `arg` from its header, then each included file once, after those it includes itself, as a
 * local of its name, then the script. An included file is the body of a function and returns its value.
 */
export function composeScript(name: string, read: (name: string) => string): ComposedScript {
  const lines: string[] = [];
  const places: { readonly firstLine: number; readonly file: string }[] = [];
  const included: string[] = [];

  const place = (file: string, text: string) => {
    places.push({ firstLine: lines.length + 1, file });
    lines.push(...text.split('\n'));
  };
  const include = (file: string, path: readonly string[]) => {
    if (path.includes(file)) throw new Error(`${[...path, file].map((part) => `${part}.lua`).join(' includes ')}`);
    if (included.includes(file)) return;
    const text = read(file);
    const header = readScriptHeader(`${file}.lua`, text);
    if (header.isScript) throw new Error(`${file}.lua is a script of its own (it has keys) and cannot be included`);
    for (const other of header.includes) include(other, [...path, file]);
    included.push(file);
    lines.push(`local ${file.replaceAll('-', '_')} = (function()`);
    place(file, text);
    lines.push('end)()');
  };

  const text = read(name);
  const header = readScriptHeader(`${name}.lua`, text);
  lines.push(...preamble(header));
  for (const file of header.includes) include(file, [name]);
  place(name, text);

  const whereIs = (line: number) => {
    const found = places.findLast(({ firstLine }) => firstLine <= line);
    return found ? `${found.file}.lua:${line - found.firstLine + 1}` : `preamble of ${name}.lua`;
  };
  return { header, text: lines.join('\n'), whereIs };
}

function preamble({ keys, args }: ScriptHeader): string[] {
  const rest = keys.at(-1)?.endsWith('...') ? keys.length : undefined;
  const single = rest === undefined ? keys : keys.slice(0, -1);
  const lines = [
    `local key = { ${single.map((name, at) => `${name} = KEYS[${at + 1}]`).join(', ')} }`,
    `local arg = { ${args.map((name, at) => `${name} = ARGV[${at + 1}]`).join(', ')} }`,
  ];
  if (rest !== undefined) {
    const name = keys[rest - 1]?.replace(/\.\.\.$/, '');
    lines.push(`key.${name} = {}`, `for i = ${rest}, #KEYS do key.${name}[i - ${rest - 1}] = KEYS[i] end`);
  }
  return lines;
}
