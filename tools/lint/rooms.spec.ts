import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The rules that each piece of code breaks; one process judges them all. */
function complaints(cases: readonly (readonly [what: string, file: string, code: string])[]): Record<string, readonly string[]> {
  const input = JSON.stringify(cases.map(([, file, code]) => ({ file, code })));
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(__dirname, 'judge.mjs')], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const broken = JSON.parse(stdout) as string[][];
  return Object.fromEntries(cases.map(([what], at) => [what, broken[at] ?? []]));
}

const each = (cases: readonly (readonly [string, string, string])[], rules: readonly string[]) =>
  Object.fromEntries(cases.map(([what]) => [what, rules]));

describe('the allowed directions of dependency', () => {
  it('refuses what goes against them', () => {
    const cases = [
      ['a later folder of core from an earlier one', 'libs/core/src/resources/x.ts', "import '@holdfast/core/volumes';"],
      ['a package from core', 'libs/core/src/base/x.ts', "import 'node:fs';"],
      ['a relative way out of a core folder', 'libs/core/src/tasks/x.ts', "import '../resources/resource';"],
      ['the platform from contracts', 'libs/contracts/src/codec/x.ts', "import '@holdfast/platform/rpc';"],
      ['one app from another', 'apps/agent/src/tasks/x.ts', "import '../../../master/src/keys';"],
      ['an app by its package name', 'apps/agent/src/tasks/x.ts', "import '@holdfast/master';"],
      ['test support from code that is not a test', 'apps/master/src/x.ts', "import '@holdfast/testing/redis';"],
      ['generated code outside the codec', 'apps/master/src/x.ts', "import './gen/holdfast/v1/offer';"],
      ['generated code in messages', 'libs/contracts/src/messages/x.ts', "import '../gen/holdfast/v1/offer';"],
      ['the inside of a folder past its door', 'apps/master/src/x.ts', "import '@holdfast/core/volumes/volume-key';"],
    ] as const;
    expect(complaints(cases)).toEqual(each(cases, ['no-restricted-imports']));
  });

  it('allows what goes with them', () => {
    const cases = [
      ['an earlier folder of core', 'libs/core/src/volumes/x.ts', "import '@holdfast/core/resources'; import './volume-key';"],
      ['fast-check in a test of core', 'libs/core/src/volumes/x.prop.spec.ts', "import 'fast-check';"],
      ['test support in a test', 'apps/master/src/x.spec.ts', "import '@holdfast/testing/redis';"],
      ['generated code in the codec', 'libs/contracts/src/codec/x.ts', "import '../gen/holdfast/v1/offer';"],
      [
        'packages and doors in an app',
        'apps/master/src/tasks/x.ts',
        "import 'ioredis'; import '@holdfast/core/tasks'; import '../offers/offer-book';",
      ],
    ] as const;
    expect(complaints(cases)).toEqual(each(cases, []));
  });

  it('refuses clocks, randomness and I/O in core', () => {
    const file = 'libs/core/src/base/x.ts';
    const properties = [
      ['clock', file, 'Date.now();'],
      ['randomness', file, 'Math.random();'],
    ] as const;
    const globals = [
      ['process', file, 'process.exit();'],
      ['timer', file, 'setTimeout(() => undefined, 1);'],
    ] as const;
    expect(complaints(properties)).toEqual(each(properties, ['no-restricted-properties']));
    expect(complaints(globals)).toEqual(each(globals, ['no-restricted-globals']));
  });
});
