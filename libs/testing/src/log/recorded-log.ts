import type { LogMethod, Logger } from '@holdfast/platform/process';

export interface RecordedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that a test can read; prints nothing. Children write into the same lines. */
export interface RecordedLog extends Logger {
  readonly lines: readonly RecordedLine[];
}

export function recordedLog(): RecordedLog {
  const lines: RecordedLine[] = [];
  const under = (inherited: Record<string, unknown>): RecordedLog => {
    const method =
      (level: RecordedLine['level']): LogMethod =>
      (first: object | string, message?: string) => {
        const fields = typeof first === 'string' ? inherited : { ...inherited, ...first };
        lines.push({ level, fields, message: typeof first === 'string' ? first : (message ?? '') });
      };
    return {
      lines,
      debug: method('debug'),
      info: method('info'),
      warn: method('warn'),
      error: method('error'),
      fatal: method('fatal'),
      child: (fields) => under({ ...inherited, ...fields }),
    };
  };
  return under({});
}
