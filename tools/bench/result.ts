/** One measured rate, beside the rate of the bare parts doing the same work in the same run. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Of the bare parts; absent where the comparison is with another result. */
  readonly floor?: number;
  /** value / floor, or value / the result it is compared with. */
  readonly ratio?: number;
  /** The least ratio that we hold ourselves to. */
  readonly mark?: number;
}

export interface SuiteRun {
  readonly isQuick: boolean;
  /** Told while something takes its time. */
  readonly say: (line: string) => void;
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  run(run: SuiteRun): Promise<readonly Result[]>;
}
