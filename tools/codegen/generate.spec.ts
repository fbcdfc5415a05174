import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const run = (): string => execFileSync(process.execPath, [join(__dirname, 'generate.mjs')], { encoding: 'utf8' });

describe('code generation', () => {
  it('does nothing while the protos are what they were, and says so in one line', () => {
    run();
    expect(run()).toMatch(/^codegen: \S+ is up to date \(\d+ inputs unchanged\)\n$/);
  });
});
