import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { volumesOf } from '@holdfast/core/tasks';
import { Resources } from '@holdfast/core/resources';
import { volumeResource } from '../disks/volumes.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { modeText } from './file-info';
import { FilePlaces, type TaskWithFiles } from './file-places';
import { listDirectory, MAX_ENTRIES } from './list-directory';
import { readPart } from './read-part';

const directory = useTempDirectory();
const sandboxes = () => join(directory(), 'work/sandboxes');

const REFUSED = (status: number) => expect.objectContaining({ name: 'FileRefusal', status });

let known: TaskWithFiles[];
beforeEach(() => {
  known = [];
  mkdirSync(sandboxes(), { recursive: true });
});

/** A sandbox with a file `stdout` that says `text`; of a task that the agent knows, unless it is forgotten. */
function sandboxOf(
  taskId: string,
  {
    launchId = `launch-of-${taskId}`,
    text = taskId,
    executorId = '',
    receivedMs = 1,
    isForgotten = false,
    volumes = [] as readonly string[],
  } = {},
) {
  const sandbox = join(sandboxes(), 'f1', taskId, launchId);
  mkdirSync(sandbox, { recursive: true });
  writeFileSync(join(sandbox, 'stdout'), text);
  const resources = Resources.of(volumes.map((path) => volumeResource(path.replace('/', '-'), 10, { path }))).allocate('eng');
  const executor = executorId === '' ? {} : { executor: { executorId } };
  if (!isForgotten) {
    known.push({
      ref: { frameworkId: 'f1', taskId, launchId },
      volumes: volumesOf({ resources }),
      record: { sandbox, receivedMs, info: executor },
    });
  }
  return sandbox;
}

const volumeDirectory = (id: string) => join(directory(), 'volumes', id);
const places = () =>
  new FilePlaces({ sandboxes: sandboxes(), tasks: () => known, volumePath: ({ disk }) => volumeDirectory(disk?.persistence?.id ?? '') });

const read = async (path: string) => (await readPart(await places().find(path), path, { offset: 0, length: undefined })).data.toString();
const list = async (path: string) => (await listDirectory(await places().find(path), path)).entries.map(({ name }) => name);

describe('paths of files', () => {
  it('lead to a sandbox by its own path and by those of its executor (wire 11)', async () => {
    const sandbox = sandboxOf('t1');
    const member = sandboxOf('member', { executorId: 'e1' });
    expect(await read(`${sandbox}/stdout`)).toBe('t1');
    expect(await read('/frameworks/f1/executors/t1/runs/latest/stdout')).toBe('t1');
    expect(await read('/frameworks/f1/executors/t1/runs/launch-of-t1/stdout')).toBe('t1');
    expect(await read('/frameworks/f1/executors/e1/tasks/member/stdout')).toBe('member');
    expect(await list(`${sandbox}/`)).toEqual(['stdout']);
    expect(await list(`${member}//.`)).toEqual(['stdout']);
  });

  it('lead to the newest launch of a task, also when the agent has forgotten it', async () => {
    sandboxOf('t1', { launchId: 'old', text: 'old', receivedMs: 1 });
    sandboxOf('t1', { launchId: 'new', text: 'new', receivedMs: 2 });
    expect(await read('/frameworks/f1/executors/t1/runs/latest/stdout')).toBe('new');
    utimesSync(sandboxOf('t2', { launchId: 'later', text: 'later', isForgotten: true }), 20, 20);
    utimesSync(sandboxOf('t2', { launchId: 'earlier', text: 'earlier', isForgotten: true }), 10, 10);
    expect(await read('/frameworks/f1/executors/t2/runs/latest/stdout')).toBe('later');
    expect(await read('/frameworks/f1/executors/t2/runs/earlier/stdout')).toBe('earlier');
    expect(await read('/frameworks/f1/executors/any/tasks/t2/stdout')).toBe('later');
  });

  it('lead into volumes at their container paths, the innermost first', async () => {
    const sandbox = sandboxOf('t1', { volumes: ['data/inner', 'data'] });
    for (const [id, text] of [
      ['data', 'outer'],
      ['data-inner', 'inner'],
    ] as const) {
      mkdirSync(volumeDirectory(id), { recursive: true });
      writeFileSync(join(volumeDirectory(id), 'file'), text);
    }
    expect(await read(`${sandbox}/data/file`)).toBe('outer');
    expect(await read('/frameworks/f1/executors/t1/runs/latest/data/inner/file')).toBe('inner');
    expect(places().volumeAt(await places().find(sandbox), 'data')).toBe(volumeDirectory('data'));
    expect(places().volumeAt(await places().find(sandbox), 'stdout')).toBeUndefined();
  });

  it.each([
    '/etc/passwd',
    '/',
    '',
    '/frameworks/f1/executors/t1/runs/latest/../../../../etc/passwd',
    '/frameworks/../executors/t1/runs/latest',
    '/frameworks/f1/executors/t1/runs/..',
    '/frameworks/f1/executors/t1/secrets/latest',
    '/frameworks/f1/executors/nobody/runs/latest',
    '/frameworks/f1/executors/t1/runs/latest/none',
    '/frameworks/f1/executors/t1/runs/latest/stdout/below',
  ])('of anything else are not there: %s', async (path) => {
    sandboxOf('t1');
    await expect(read(path)).rejects.toEqual(REFUSED(404));
  });

  it('do not lead into what the agent keeps beside the sandboxes', async () => {
    const sandbox = sandboxOf('t1');
    mkdirSync(join(directory(), 'work/meta'));
    writeFileSync(join(directory(), 'work/meta/agent'), 'secret');
    for (const path of [join(directory(), 'work/meta/agent'), `${sandbox}/../../../../meta/agent`, sandboxes(), join(sandboxes(), 'f1')]) {
      await expect(read(path)).rejects.toEqual(REFUSED(404));
      await expect(list(path)).rejects.toEqual(REFUSED(404));
    }
    await expect(read(`${sandbox}/a\0b`)).rejects.toEqual(REFUSED(400));
  });
});

describe('links and other traps that a task has planted', () => {
  it('are followed within the sandbox only', async () => {
    const sandbox = sandboxOf('t1');
    const neighbour = sandboxOf('t2');
    symlinkSync('stdout', join(sandbox, 'relative'));
    symlinkSync(join(sandbox, 'stdout'), join(sandbox, 'absolute'));
    expect(await read(`${sandbox}/relative`)).toBe('t1');
    expect(await read(`${sandbox}/absolute`)).toBe('t1');
    symlinkSync('/etc/passwd', join(sandbox, 'passwd'));
    symlinkSync('/etc', join(sandbox, 'etc'));
    symlinkSync('../../../../../etc/passwd', join(sandbox, 'climbing'));
    symlinkSync(neighbour, join(sandbox, 'neighbour'));
    symlinkSync('loop', join(sandbox, 'loop'));
    symlinkSync('/proc/self/environ', join(sandbox, 'environ'));
    symlinkSync('/proc/self/root/etc/passwd', join(sandbox, 'root'));
    symlinkSync('/proc/self/cwd/package.json', join(sandbox, 'cwd'));
    for (const name of ['passwd', 'etc/passwd', 'climbing', 'neighbour/stdout', 'loop', 'environ', 'root', 'cwd']) {
      await expect(read(`${sandbox}/${name}`)).rejects.toEqual(REFUSED(404));
    }
    for (const name of ['etc', 'neighbour']) await expect(list(`${sandbox}/${name}`)).rejects.toEqual(REFUSED(404));
  });

  it('do not tell a directory that begins with the same letters from the sandbox', async () => {
    const sandbox = sandboxOf('t1', { launchId: 'abc' });
    const other = sandboxOf('t1', { launchId: 'abcd', text: 'other' });
    symlinkSync(join(other, 'stdout'), join(sandbox, 'other'));
    await expect(read(`${sandbox}/other`)).rejects.toEqual(REFUSED(404));
  });

  it('in a volume do not lead out of it, not even into the sandbox', async () => {
    const sandbox = sandboxOf('t1', { volumes: ['data'] });
    mkdirSync(volumeDirectory('data'), { recursive: true });
    symlinkSync('/etc/passwd', join(volumeDirectory('data'), 'passwd'));
    symlinkSync(join(sandbox, 'stdout'), join(volumeDirectory('data'), 'stdout'));
    await expect(read(`${sandbox}/data/passwd`)).rejects.toEqual(REFUSED(404));
    await expect(read(`${sandbox}/data/stdout`)).rejects.toEqual(REFUSED(404));
  });

  it('through the mounts of a process lead nowhere, although the path there looks like one of the sandbox', async () => {
    const sandbox = sandboxOf('t1');
    const outside = mkdtempSync(join(tmpdir(), 'holdfast-outside-'));
    writeFileSync(join(outside, 'secret'), 'secret');
    mkdirSync(join(sandbox, 'trap'));
    const script = `mount --bind ${outside} ${join(sandbox, 'trap')} && echo ready && exec sleep 1000`;
    const attacker = spawn('unshare', ['--mount', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(attacker.stdout, 'data');
      symlinkSync(`/proc/${attacker.pid}/root${sandbox}/trap/secret`, join(sandbox, 'magic'));
      expect(execFileSync('cat', [join(sandbox, 'magic')], { encoding: 'utf8' })).toBe('secret');
      await expect(read(`${sandbox}/magic`)).rejects.toEqual(REFUSED(404));
    } finally {
      attacker.kill('SIGKILL');
      await once(attacker, 'exit');
      rmSync(outside, { recursive: true });
    }
  });

  it('such as pipes, sockets and devices are neither waited for nor read', async () => {
    const sandbox = sandboxOf('t1');
    execFileSync('mkfifo', [join(sandbox, 'pipe')]);
    execFileSync('mknod', [join(sandbox, 'zero'), 'c', '1', '5']);
    for (const name of ['pipe', 'zero']) await expect(read(`${sandbox}/${name}`)).rejects.toEqual(REFUSED(400));
    await expect(list(`${sandbox}/pipe`)).rejects.toEqual(REFUSED(400));
    expect(await list(sandbox)).toEqual(['pipe', 'stdout', 'zero']);
    await expect(read(sandbox)).rejects.toEqual(REFUSED(400));
  });

  it('such as a directory with very many files are shown in part', async () => {
    const sandbox = sandboxOf('t1');
    execFileSync('sh', ['-c', `mkdir many && cd many && seq ${MAX_ENTRIES + 50} | xargs touch`], { cwd: sandbox });
    const listing = await listDirectory(await places().find(`${sandbox}/many`), 'many');
    expect(listing.entries).toHaveLength(MAX_ENTRIES);
    expect(listing.isCut).toBe(true);
  }, 60_000);
});

describe('a part of a file', () => {
  const part = async (offset: number | undefined, length?: number) => {
    const { size, data } = await readPart(await places().find('/frameworks/f1/executors/t1/runs/latest/stdout'), 'x', { offset, length });
    return { size, text: data.toString() };
  };

  it('is what was asked for, at most 64 KiB, and empty behind the end (wire 11)', async () => {
    sandboxOf('t1', { text: '0123456789' });
    expect(await part(undefined)).toEqual({ size: 10, text: '' });
    expect(await part(3, 4)).toEqual({ size: 10, text: '3456' });
    expect(await part(3, 0)).toEqual({ size: 10, text: '' });
    expect(await part(8)).toEqual({ size: 10, text: '89' });
    expect(await part(10)).toEqual({ size: 10, text: '' });
    expect(await part(99, 5)).toEqual({ size: 10, text: '' });
    sandboxOf('t1', { text: 'x'.repeat(100_000) });
    expect((await part(0)).text).toHaveLength(65_536);
    expect((await part(65_536, 90_000)).text).toHaveLength(34_464);
  });
});

it('shows rights as ls does', () => {
  expect(modeText(0o100644)).toBe('-rw-r--r--');
  expect(modeText(0o040755)).toBe('drwxr-xr-x');
  expect(modeText(0o120777)).toBe('lrwxrwxrwx');
  expect(modeText(0o104755)).toBe('-rwsr-xr-x');
  expect(modeText(0o042640)).toBe('drw-r-S---');
  expect(modeText(0o041777)).toBe('drwxrwxrwt');
});
