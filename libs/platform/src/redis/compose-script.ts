import { createHash } from 'node:crypto';
import { readScriptHeader, type ScriptHeader } from './script-header';

/** One library of one function, as Redis gets it. */
export interface ComposedScript {
  readonly header: ScriptHeader;
  /** Of the library and of its function: equal texts have equal names, so that releases and tests do not meet. */
  readonly functionName: string;
  readonly text: string;
  /** Says which file and line stand at a line of the library, so that Redis' messages can be read. */
  whereIs(line: number): string;
}

/**
 * Puts a script together as a Redis function: each included file once, after those it includes itself, as a local of its name, then the
 * script. What stands in included files is run when the library is loaded, the script with every call: a script whose parts are made anew
 * with each call spends most of its time on that. `key` and `arg` are those of the present call.
 * An included file ends in one `return` at the beginning of a line, with its value.
 */
export function composeScript(name: string, read: (name: string) => string): ComposedScript {
  const lines: string[] = ['local key, arg'];
  const places: { readonly firstLine: number; readonly file: string }[] = [];
  const included: string[] = [];

  const place = (file: string, text: string) => {
    // The line that names the library comes before all others.
    places.push({ firstLine: lines.length + 2, file });
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
    const local = file.replaceAll('-', '_');
    lines.push(`local ${local} = (function()`);
    place(file, text);
    lines.push('end)()');
  };

  const text = read(name);
  const header = readScriptHeader(`${name}.lua`, text);
  for (const file of header.includes) include(file, [name]);
  lines.push('local function main()');
  place(name, text);
  lines.push('end');

  const whereIs = (line: number) => {
    const found = places.findLast(({ firstLine }) => firstLine <= line);
    return found ? `${found.file}.lua:${line - found.firstLine + 1}` : `preamble of ${name}.lua`;
  };
  return { header, whereIs, ...asLibrary(name, header, lines.join('\n')) };
}

function asLibrary(name: string, header: ScriptHeader, body: string): Pick<ComposedScript, 'functionName' | 'text'> {
  const hash = createHash('sha1').update(JSON.stringify(header)).update(body).digest('hex').slice(0, 16);
  const functionName = `${name.replaceAll('-', '_')}_${hash}`;
  const register = [`redis.register_function('${functionName}', function(KEYS, ARGV)`, ...bindings(header), 'return main()', 'end)'];
  return { functionName, text: [`#!lua name=${functionName}`, body, ...register].join('\n') };
}

/** A rest of keys is a list; a rest of arguments, which may be long, a function that gives the next one at each call. */
function bindings({ keys, args }: ScriptHeader): string[] {
  const keyRest = restOf(keys);
  const argRest = restOf(args);
  const lines = [`key = { ${table(keys, 'KEYS')} }`, `arg = { ${table(args, 'ARGV')} }`];
  if (keyRest)
    lines.push(
      `key.${keyRest.name} = {}`,
      `for i = ${keyRest.first}, #KEYS do key.${keyRest.name}[i - ${keyRest.first - 1}] = KEYS[i] end`,
    );
  if (argRest) lines.push(`local at = ${argRest.first - 1}`, `arg.${argRest.name} = function() at = at + 1 return ARGV[at] end`);
  return lines;
}

function restOf(names: readonly string[]): { readonly name: string; readonly first: number } | undefined {
  const last = names.at(-1);
  return last?.endsWith('...') ? { name: last.slice(0, -3), first: names.length } : undefined;
}

const table = (names: readonly string[], from: string): string =>
  names.flatMap((name, at) => (name.endsWith('...') ? [] : [`${name} = ${from}[${at + 1}]`])).join(', ');
