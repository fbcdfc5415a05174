import { seconds, type Terminal } from '../output';
import { orAborted } from '../until-aborted';

/** One verified line of the story. */
export interface VerifiedLine {
  readonly chapter: number;
  readonly line: string;
  readonly elapsedMs: number;
}

export interface Narrator {
  chapter(number: number, title: string): void;
  /** Prints the line that the check returns, once it has verified it. A check that throws ends the story. */
  verify(what: string, check: () => Promise<string>): Promise<void>;
  readonly lines: readonly VerifiedLine[];
  readonly elapsedMs: number;
}

const PATIENCE_MS = 2000;

export interface NarratorOptions {
  /** One JSON object per line, for a program. */
  readonly isJson: boolean;
  /** Aborted: the story has taken too long, or somebody has interrupted it. */
  readonly ending: AbortSignal;
  readonly interrupted: AbortSignal;
}

/** Tells the story to a person, or to a program. */
export function createNarrator(terminal: Terminal, { isJson, ending, interrupted }: NarratorOptions): Narrator {
  const startedMs = Date.now();
  const lines: VerifiedLine[] = [];
  let current = 0;
  const elapsedMs = () => Date.now() - startedMs;
  const { colours, marks } = terminal;
  const clock = () => colours.dim(seconds(elapsedMs()).padStart(7));
  return {
    lines,
    get elapsedMs() {
      return elapsedMs();
    },
    chapter: (number, title) => {
      current = number;
      if (!isJson) terminal.say(`\n${colours.bold(`${number}. ${title}`)}`);
    },
    verify: async (what, check) => {
      const impatience = setTimeout(() => isJson || terminal.say(colours.dim(`     …      ${what}`)), PATIENCE_MS);
      try {
        const line = await orAborted(check(), ending);
        const verified = { chapter: current, line, elapsedMs: elapsedMs() };
        lines.push(verified);
        terminal.say(isJson ? JSON.stringify(verified) : `  ${marks.good} ${clock()}  ${indented(line)}`);
      } catch (error) {
        if (!isJson && !interrupted.aborted) terminal.say(`  ${marks.bad} ${clock()}  ${what}`);
        throw error;
      } finally {
        clearTimeout(impatience);
      }
    },
  };
}

const WIDTH = 108;
const INDENT = '              ';

/** Long lines go on under their own beginning. */
function indented(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${INDENT}`);
}
