import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { ADVICE } from '@holdfast/core/base';
import { WIRE } from './wire';

const FOLDER = join(__dirname, '..', '..', '..', '..', 'proto', 'holdfast', 'v1');

/** Rows of the tables in the comments: condition, code, meaning, next. */
const rows = readdirSync(FOLDER)
  .filter((file) => file.endsWith('_service.proto'))
  .flatMap((file) =>
    readFileSync(join(FOLDER, file), 'utf8')
      .split('\n')
      .filter((line) => /^\s*\/\/ \|/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, , code]) => code !== 'code')
      .map(([, condition, code, meaning]) => [file, condition!, code!, meaning!] as const),
  );

describe('the statuses of refused calls', () => {
  it.each(rows)('are what %s says: %s is %s, %s', (_file, _condition, code, meaning) => {
    expect(Object.keys(ADVICE)).toContain(meaning);
    expect(status[WIRE[meaning as keyof typeof WIRE]]).toBe(code);
  });

  it('are told of each refusal that VolumeService alone has', () => {
    const told = rows.filter(([file]) => file === 'volume_service.proto').map(([, , , meaning]) => meaning);
    expect(told).toEqual(expect.arrayContaining(['destroy_pending', 'destroy_not_pending', 'holder_unknown', 'history_trimmed']));
  });
});
