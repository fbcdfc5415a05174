import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Redis } from 'ioredis';
import { composeScript, type ComposedScript } from './compose-script';
import { describeError, outcomeOf, RedisFault } from './redis-fault';
import { readScriptHeader } from './script-header';

/** Keys and arguments by the names that the script's header gives them; a rest (`holders...`) takes a list. */
export interface ScriptCall {
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
  readonly args: Readonly<Record<string, string | number | readonly (string | number)[]>>;
}

export interface Scripts {
  readonly names: readonly string[];
  /** Loads all of them as functions (Redis 7), so that calls need not carry them. */
  loadInto(redis: Redis): Promise<void>;
  /** One FCALL; if the server does not have the function, it is loaded and called again. Throws RedisFault. */
  run(redis: Redis, name: string, call: ScriptCall): Promise<unknown>;
}

interface LoadedScript extends ComposedScript {
  readonly name: string;
}

/** Reads every `.lua` file of the folder; those whose header has a `keys` line are scripts. Throws on what is malformed. */
export function loadScripts(folder: string): Scripts {
  const files = readdirSync(folder).filter((file) => file.endsWith('.lua'));
  const texts = new Map(files.map((file) => [basename(file, '.lua'), readFileSync(join(folder, file), 'utf8')]));
  const read = (name: string) => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`${name}.lua is not in ${folder}`);
    return text;
  };
  const scripts = new Map<string, LoadedScript>();
  for (const [name, text] of texts) {
    if (!readScriptHeader(`${name}.lua`, text).isScript) continue;
    scripts.set(name, { ...composeScript(name, read), name });
  }
  const script = (name: string): LoadedScript => {
    const found = scripts.get(name);
    if (!found) throw new Error(`${folder} has no script ${name}.lua`);
    return found;
  };

  return {
    names: [...scripts.keys()],
    async loadInto(redis) {
      await Promise.all([...scripts.values()].map((script) => load(redis, script)));
    },
    run: (redis, name, call) => run(redis, script(name), call),
  };
}

async function run(redis: Redis, script: LoadedScript, call: ScriptCall): Promise<unknown> {
  const keys = inOrder(script, script.header.keys, call.keys) as string[];
  const rest = inOrder(script, script.header.args, call.args);
  const callFunction = () => redis.fcall(script.functionName, keys.length, ...keys, ...rest);
  try {
    return await callFunction();
  } catch (error) {
    if (!isNotLoaded(error)) throw scriptFault(script, error);
  }
  try {
    await load(redis, script);
    return await callFunction();
  } catch (error) {
    throw scriptFault(script, error);
  }
}

function inOrder(script: LoadedScript, names: readonly string[], given: ScriptCall['keys'] | ScriptCall['args']): (string | number)[] {
  const values: (string | number)[] = [];
  for (const name of names) {
    const isRest = name.endsWith('...');
    const value = given[isRest ? name.slice(0, -3) : name];
    if (value === undefined) throw new Error(`${script.name}.lua needs ${name}`);
    if (typeof value !== 'object') values.push(value);
    else if (isRest) for (const one of value) values.push(one);
    else throw new Error(`${script.name}.lua takes one ${name}, not a list`);
  }
  return values;
}

/** Named by its text, one that is there is the right one; loading it again would only lengthen the append-only file. */
async function load(redis: Redis, { text }: LoadedScript): Promise<void> {
  try {
    await redis.function('LOAD', text);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('already exists'))) throw error;
  }
}

const isNotLoaded = (error: unknown): boolean => error instanceof Error && error.message.includes('Function not found');

/** Redis counts lines of the library (`user_function:123`); the reader wants those of the file. */
function scriptFault(script: LoadedScript, cause: unknown): RedisFault {
  const readable = describeError(cause).replace(/(?:@?)user_function:\s*(\d+)/g, (_, line: string) => script.whereIs(Number(line)));
  return new RedisFault(`${script.name}.lua: ${readable}`, outcomeOf(cause), { cause });
}
