import type { ProcessMark } from '../processes';

/** Between the agent and the small process that starts containers for it (toolchain 2i: forking a big process stalls it). */
export interface StartRequest {
  readonly kind: 'start';
  /** Names this start in the answers. */
  readonly id: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Read by the started process from its standard input. */
  readonly script: string;
  /** Its standard input stays open for a release. */
  readonly isHeld: boolean;
  /**
   * Gets the process's mark before the process gets its script: what is not in there has never run. Then takes what the process prints. Absent:
   * nothing is written down, and what the process complains of before it says `running` comes with its end.
   */
  readonly logPath?: string;
  /** Files that are opened for it to write, on descriptors from 4 on. */
  readonly opened: readonly string[];
  /** It has the log once more on the descriptor after those, to say there how what it runs has ended. */
  readonly isReporting?: boolean;
}

/** Lets a container go on that waits, set up. */
export interface ReleaseRequest {
  readonly kind: 'release';
  readonly id: number;
}

export type SpawnerRequest = StartRequest | ReleaseRequest;

export type SpawnerAnswer =
  | { readonly kind: 'started'; readonly id: number; readonly mark: ProcessMark }
  /** It could not be started, and no process is left. */
  | { readonly kind: 'failed'; readonly id: number; readonly problem: string }
  /** It is set up and waits. */
  | { readonly kind: 'ready'; readonly id: number }
  /** The command runs. */
  | { readonly kind: 'running'; readonly id: number }
  | {
      readonly kind: 'exited';
      readonly id: number;
      readonly code: number | null;
      readonly signal: string | null;
      /** Of one without a log. */
      readonly complaint?: string;
    };
