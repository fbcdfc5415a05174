/** What a Lua file says of itself in its `--!` lines. */
export interface ScriptHeader {
  /** Names of the keys, in order; the last may end in `...` and takes all that remain. */
  readonly keys: readonly string[];
  /** Names of the arguments, in order; the last may end in `...` and takes all that remain. */
  readonly args: readonly string[];
  /** Files of the same folder, without `.lua`, whose value is bound to a local of that name (`-` becomes `_`). */
  readonly includes: readonly string[];
  /** Has a `keys` line: can be called; the others can only be included. */
  readonly isScript: boolean;
}

const LINE = /^--!\s*(\w+):\s*(.*)$/;
const NAME = /^[a-z][a-z0-9_]*$/;
const FILE = /^[a-z][a-z0-9-]*$/;

/** Throws on a line that it does not understand: a typing mistake would otherwise be a nil in Lua. */
export function readScriptHeader(file: string, text: string): ScriptHeader {
  const found = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('--!')) break;
    const [, word, rest] = LINE.exec(line) ?? [];
    if (word === undefined || rest === undefined || !['keys', 'args', 'include'].includes(word)) {
      throw new Error(`${file}: the header line ${JSON.stringify(line)} is not one of keys, args, include`);
    }
    if (found.has(word)) throw new Error(`${file}: two header lines say ${word}`);
    found.set(word, rest.split(/\s+/).filter(Boolean));
  }
  const keys = found.get('keys') ?? [];
  const args = found.get('args') ?? [];
  const includes = found.get('include') ?? [];
  requireNames(file, 'a key', withoutRest(keys), NAME);
  requireNames(file, 'an argument', withoutRest(args), NAME);
  requireNames(file, 'an include', includes, FILE);
  return { keys, args, includes, isScript: found.has('keys') };
}

const withoutRest = (names: readonly string[]): readonly string[] =>
  names.map((name, at) => (at === names.length - 1 ? name.replace(/\.\.\.$/, '') : name));

function requireNames(file: string, kind: string, names: readonly string[], shape: RegExp): void {
  for (const name of names) if (!shape.test(name)) throw new Error(`${file}: ${JSON.stringify(name)} is no name for ${kind}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`${file}: ${kind} named ${twice} stands twice`);
}
