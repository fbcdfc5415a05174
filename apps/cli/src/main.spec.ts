import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ok } from '@holdfast/core/base';
import { bundleScript } from '@holdfast/testing/processes';
import { entryOf, TestMaster } from './test-master.fixture';

describe('the holdfast command as a process', () => {
  let main: string;
  let master: TestMaster;
  beforeAll(async () => {
    main = bundleScript(join(__dirname, 'main.ts'));
    master = new TestMaster();
    await master.start();
  }, 60_000);
  afterAll(() => master.stop());

  it('ends without a stack trace when whoever reads its output has read enough', async () => {
    // More than a pipe holds, so that the last of it cannot be written.
    master.answers.listHistory = ({ afterRevision }) =>
      ok({
        entries: Array.from({ length: 1000 }, (_, at) => entryOf(at + 1, 'volume_released', { cause: 'x'.repeat(500) })).slice(
          afterRevision,
        ),
      });
    const script = '"$0" "$1" volume history eng/dataset --json --limit 2000 | head -c 1; echo " ${PIPESTATUS[0]}"';
    const env = { PATH: process.env['PATH'], HOLDFAST_MASTER: master.address };
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script, process.execPath, main], { env });
    expect({ stdout, stderr }).toEqual({ stdout: '[ 141\n', stderr: '' });
  });
});
