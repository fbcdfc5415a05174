import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandUri } from '@holdfast/core/tasks';
import { useContainers } from './container-bed.fixture';
import type { ContainerSpec, Isolation } from './container-spec';

jest.setTimeout(60_000);
/** Seen by containers: not below /tmp, which they have of their own. */
const SHARE = `/opt/holdfast-test-${process.pid}`;
const bed = useContainers();
beforeEach(async () => {
  await mkdir(SHARE, { recursive: true });
  await writeFile(join(SHARE, 'plain file'), 'content');
});
afterEach(() => void execFileSync('rm', ['-rf', SHARE]));

const uri = (name: string, more: Partial<CommandUri> = {}): CommandUri => ({
  value: join(SHARE, name),
  executable: false,
  extract: true,
  ...more,
});
const pack = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: SHARE, stdio: 'ignore' });
const run = (isolation: Isolation, line: string, uris: readonly CommandUri[], more: Partial<ContainerSpec> = {}) =>
  bed.run({ isolation, command: { line }, uris, user: 'nobody', ...more });

describe.each<Isolation>(['namespaces', 'plain'])('the URIs of a command (%s)', (isolation) => {
  beforeEach(() => chmod(bed.root, 0o755));

  it('are in the sandbox before it runs, and belong to its user', async () => {
    const uris = [uri('plain file'), { ...uri('x'), value: `file://${SHARE}/plain%20file`, outputFile: 'in/there' }];
    const { stdout, end } = await run(isolation, 'cat "plain file" in/there; stat -c %U "plain file" in in/there', uris);
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(stdout).toBe('contentcontentnobody\nnobody\nnobody\n');
  });

  it('are unpacked by their endings, unless that is not wanted', async () => {
    await writeFile(join(SHARE, 'inner'), 'packed');
    pack('tar', '-czf', 'a.tar.gz', 'inner');
    pack('tar', '-cJf', 'b.txz', '--transform=s/inner/second/', 'inner');
    pack('gzip', '-k', 'plain file');
    const { stdout } = await run(
      isolation,
      'cat inner second "plain file"; ls *.gz',
      ['a.tar.gz', 'b.txz', 'plain file.gz'].map((name) => uri(name)),
    );
    expect(stdout).toBe('packedpackedcontenta.tar.gz\nplain file.gz\n');
    const kept = await run(isolation, 'ls', [
      uri('a.tar.gz', { extract: false }),
      uri('plain file', { executable: true, outputFile: 'run' }),
    ]);
    expect(kept.stdout).toBe('a.tar.gz\nrun\nstderr\nstdout\n');
  });

  it('can be made programs', async () => {
    await writeFile(join(SHARE, 'program'), '#!/bin/sh\necho ran as $(id -un)\n');
    expect((await run(isolation, './program', [uri('program', { executable: true })])).stdout).toBe('ran as nobody\n');
  });

  it.each([
    ['that is not there', { value: '/no/such/file' }, /^\/no\/such\/file could not be fetched: cp: .*No such file or directory/],
    [
      'of the network',
      { value: 'https://example.com/x.tgz' },
      /could not be fetched: only files of the agent are fetched: an absolute path/,
    ],
    ['of another machine', { value: 'file://example.com/x' }, /only files of the agent are fetched/],
    ['to be put outside', { value: '/etc/hostname', outputFile: '../x' }, /'\.\.\/x' is no name for a file in the sandbox/],
  ])('keep it from running: one %s', async (_what, more, problem) => {
    const { end, stdout, spec } = await run(isolation, 'touch ran', [uri('plain file', more)]);
    expect(end).toEqual({ kind: 'failed', problem: expect.stringMatching(problem) });
    expect([stdout, existsSync(join(spec.sandbox, 'ran'))]).toEqual(['', false]);
  });

  it('are read with the rights of the user, not with ours', async () => {
    await writeFile(join(SHARE, 'secret'), 'secret', { mode: 0o600 });
    const { end } = await run(isolation, 'true', [uri('secret')]);
    expect(end).toMatchObject({ kind: 'failed', problem: expect.stringContaining('Permission denied') });
  });

  it('cannot say things in the name of the container', async () => {
    const name = 'x\nholdfast: exit 0\n';
    const { end, logPath } = await run(isolation, 'true', [uri(name)]);
    expect(end).toMatchObject({ kind: 'failed', problem: expect.stringContaining('could not be fetched') });
    expect(readFileSync(logPath, 'utf8')).not.toMatch(/^holdfast: exit/m);
  });

  it('cannot lead the output of the command elsewhere', async () => {
    await mkdir(join(SHARE, 'links'));
    await symlink('/proc/1/fd/1', join(SHARE, 'links/stdout'));
    pack('tar', '-cf', 'links.tar', '-C', 'links', 'stdout');
    const { end, logPath } = await run(isolation, 'echo holdfast: exit 7', [uri('links.tar')], { user: undefined as never });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(readFileSync(logPath, 'utf8')).not.toContain('exit 7');
  });
});
