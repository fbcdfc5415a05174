import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import type { Violation } from './checks/violation';
import type { Deeds } from './load/framework-actor';

/** One row of the table. */
export interface FaultCount {
  readonly fault: string;
  /** How often it took effect. */
  injected: number;
  /** How often the cluster was in order after the round in which it took effect. */
  survived: number;
  /** How often not; with several faults in a round it counts for each. */
  violations: number;
  /** How often nothing came of it: nobody came by the failpoint, or the service was away already. */
  missed: number;
}

export interface RoundViolation extends Violation {
  readonly round: number;
  readonly faults: readonly string[];
}

export interface ChaosReport {
  readonly seed: string;
  readonly startedAt: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly agents: number;
  readonly faults: readonly FaultCount[];
  readonly deeds: Deeds;
  readonly violations: readonly RoundViolation[];
  /** Kept when something was violated. */
  readonly keptDir?: string;
}

/** Counts by fault, in the order in which the faults are listed. */
export class FaultTable {
  private readonly rows: Map<string, FaultCount>;

  constructor(faults: readonly string[]) {
    this.rows = new Map(faults.map((fault) => [fault, { fault, injected: 0, survived: 0, violations: 0, missed: 0 }]));
  }

  missed(fault: string): void {
    this.row(fault).missed += 1;
  }

  /** A round is over. */
  judged(faults: readonly string[], isInOrder: boolean): void {
    for (const fault of faults) {
      const row = this.row(fault);
      row.injected += 1;
      row[isInOrder ? 'survived' : 'violations'] += 1;
    }
  }

  list(): readonly FaultCount[] {
    return [...this.rows.values()];
  }

  private row(fault: string): FaultCount {
    const row = this.rows.get(fault);
    if (!row) throw new Error(`no row for ${fault}`);
    return row;
  }
}

export function formatReport({ seed, rounds, minutes, faults, deeds, violations, keptDir }: ChaosReport): string {
  const table = new Table({
    head: ['fault', 'injected', 'survived', 'violations', 'missed'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right'],
  });
  for (const { fault, injected, survived, violations: violated, missed } of faults)
    table.push([fault, injected, survived, violated, missed]);
  const total = (of: 'injected' | 'survived' | 'violations' | 'missed') => faults.reduce((sum, row) => sum + row[of], 0);
  table.push(['all', total('injected'), total('survived'), total('violations'), total('missed')]);
  const done = Object.entries(deeds)
    .map(([what, count]) => `${count} ${what.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`)
    .join(', ');
  return [
    table.toString(),
    `Seed ${seed}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'} in ${minutes.toFixed(1)} minutes. The load: ${done}.`,
    ...violations.map(
      ({ round, check, message, faults: during }) => `VIOLATED in round ${round} (${during.join(', ')}): ${check}: ${message}`,
    ),
    ...(keptDir === undefined ? [] : [`Kept: ${keptDir} (logs in cluster/logs, Redis in cluster/redis). Again: --seed ${seed}`]),
    violations.length === 0 ? 'Nothing was violated.' : `${violations.length} violations.`,
  ].join('\n');
}

export const writeReport = (file: string, report: ChaosReport): void => writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
