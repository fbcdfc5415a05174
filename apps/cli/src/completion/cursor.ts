import { parseEnv } from '@pnpm/tabtab';

export interface Cursor {
  /** Whole words before the one under the cursor, without the command's own name. */
  readonly before: readonly string[];
  /** What there is of the word under the cursor; '' where a new one begins. */
  readonly current: string;
}

/** Where the cursor is. `words`: the line's, as the shell splits it, the command's own name first; `env` counts the one it is in. */
export function cursorOn(words: readonly string[], env: NodeJS.ProcessEnv): Cursor {
  const at = parseEnv(env).words;
  return { before: words.slice(1, at), current: words[at] ?? '' };
}
