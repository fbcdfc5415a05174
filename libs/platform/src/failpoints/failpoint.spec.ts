import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '@holdfast/testing/processes';

const EXAMPLE = join(__dirname, 'example-failpoint.ts');

describe('failpoint', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-failpoints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const arm = (name: string) => writeFile(join(folder, name), '');
  const run = (env: Readonly<Record<string, string>> = { HOLDFAST_FAILPOINTS: folder }) => runScript(EXAMPLE, { env }).exit;

  it('ends the process there, as kill -9 does, and once', async () => {
    await arm('agent.before_commit');
    const first = await run();
    expect(first).toMatchObject({ signal: 'SIGKILL' });
    expect(first.stdout).not.toContain('done');
    expect(existsSync(join(folder, 'agent.before_commit'))).toBe(false);
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('done') as string });
  });

  it('is passed while another is armed', async () => {
    await arm('agent.after_commit');
    expect(await run()).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'agent.after_commit'))).toBe(true);
  });

  it('is passed without the variable, and where its folder is gone', async () => {
    await arm('agent.before_commit');
    expect(await run({})).toMatchObject({ code: 0 });
    expect(await run({ HOLDFAST_FAILPOINTS: join(folder, 'gone') })).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'agent.before_commit'))).toBe(true);
  });
});
