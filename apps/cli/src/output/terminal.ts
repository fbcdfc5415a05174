import pc from 'picocolors';

/** Where a command writes: plain text for a pipe, colours and marks for a person. */
export interface Terminal {
  /** Somebody looks at it. */
  readonly isLive: boolean;
  readonly colours: ReturnType<typeof pc.createColors>;
  /** In front of what holds, and of what does not. */
  readonly marks: { readonly good: string; readonly bad: string };
  /** One line, or several, for standard output. */
  say(text?: string): void;
  /** For standard error. */
  complain(text: string): void;
}

export interface Streams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
}

export function createTerminal({ stdout, stderr }: Streams, { noColor }: { readonly noColor: boolean }): Terminal {
  const isLive = stdout.isTTY === true;
  const colours = pc.createColors(isLive && !noColor);
  return {
    isLive,
    colours,
    marks: isLive ? { good: colours.green('✔'), bad: colours.red('✘') } : { good: 'ok', bad: 'FAILED' },
    say: (text = '') => stdout.write(`${text}\n`),
    complain: (text) => stderr.write(`${text}\n`),
  };
}

/** `2.3 s` */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
