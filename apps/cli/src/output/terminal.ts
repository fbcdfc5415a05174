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
  /** For standard output as it is; resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  /** For standard error. */
  complain(text: string): void;
  /** One line in place of the one said fleetingly before it; '' takes it away. Only where somebody looks. */
  fleeting(text: string): void;
}

export interface Streams {
  readonly stdout: {
    write(text: string | Uint8Array): unknown;
    once?(event: 'drain', listener: () => void): unknown;
    readonly isTTY?: boolean;
  };
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
    write: (bytes) =>
      new Promise((resolve) => {
        if (stdout.write(bytes) === false && stdout.once) stdout.once('drain', resolve);
        else resolve();
      }),
    complain: (text) => stderr.write(`${text}\n`),
    fleeting: (text) => isLive && stderr.write(`${ERASED_LINE}${text}`),
  };
}

/** Back to the start of the line, and what was on it is gone. */
const ERASED_LINE = '\r\u001b[K';

/** `2.3 s` */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
