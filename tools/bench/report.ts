import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import Table from 'cli-table3';
import type { Result } from './result';

const round = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (ratio: number | undefined): string => (ratio === undefined ? '' : `${(ratio * 100).toFixed(0)} %`);

/** The ratio first: absolute figures drift with whatever else the machine does. */
export function printTable(results: readonly Result[]): void {
  const table = new Table({ head: ['ratio', 'mark', 'measured', 'unit', 'floor', 'what'], style: { head: [], border: [] } });
  for (const { name, value, unit, floor, ratio, mark } of results) {
    table.push([percent(ratio), percent(mark), round(value), unit, floor === undefined ? '' : round(floor), name]);
  }
  console.log(table.toString());
}

export const missedMarks = (results: readonly Result[]): readonly Result[] =>
  results.filter(({ ratio, mark }) => mark !== undefined && (ratio ?? 0) < mark);

export function writeJson(file: string, suite: string, results: readonly Result[]): void {
  const machine = {
    platform: `${platform()} ${release()} ${arch()}`,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    node: process.version,
  };
  writeFileSync(file, `${JSON.stringify({ suite, machine, results }, null, 2)}\n`);
}
