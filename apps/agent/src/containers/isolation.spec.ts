import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foreignMountNamespaces, isAlive, markOf, mountNamespaceOf, sendSignal } from '../processes';
import { eventually, useContainers } from './container-bed.fixture';
import { launchVariable } from './container';
import { markLine } from './container-log';
import { containerScript } from './container-script';

jest.setTimeout(60_000);
const bed = useContainers((root) => [join(root, 'disk'), join(root, 'not-there')]);

const line = (text: string) => ({ command: { line: text } });
/** A line for each attempt: what it is, and whether it worked. */
const tries = (attempts: Readonly<Record<string, string>>) =>
  line(
    Object.entries(attempts)
      .map(([name, attempt]) => `if (${attempt}) >/dev/null 2>&1; then echo '${name}: done'; else echo '${name}: refused'; fi`)
      .join('\n'),
  );
const refused = (attempts: Readonly<Record<string, string>>) =>
  Object.keys(attempts)
    .map((name) => `${name}: refused\n`)
    .join('');

describe("a container's command", () => {
  it('cannot write outside its sandbox, its volumes and its own directories for temporary files', async () => {
    const outside = join(bed.root, 'outside');
    await mkdir(outside);
    const attempts = {
      etc: 'touch /etc/holdfast-test',
      usr: 'touch /usr/holdfast-test',
      root: 'touch /holdfast-test',
      'the machine’s files': `echo changed > /etc/hostname`,
      'what is mounted in /sys': 'mkdir /sys/fs/cgroup/memory/holdfast-test || mkdir /sys/fs/cgroup/holdfast-test',
      // Opened only, never written to.
      'settings of the kernel': 'exec 9>>/proc/sys/kernel/core_pattern',
      'a disk of the machine': 'mknod ./disk b 254 0',
    };
    const before = readFileSync('/etc/hostname', 'utf8');
    const { stdout } = await bed.run(tries(attempts));
    expect(stdout).toBe(refused(attempts));
    expect(readFileSync('/etc/hostname', 'utf8')).toBe(before);
    // What is hidden may be written over, but that is nobody else's.
    await bed.run(line(`mkdir -p ${outside} && echo x > ${join(outside, 'x')}; echo x > ${join(bed.root, 'work/x')}`));
    expect([existsSync(join(outside, 'x')), existsSync(join(bed.root, 'work/x'))]).toEqual([false, false]);
  });

  it('has room of its own for temporary files, which is empty and goes with it', async () => {
    const places = ['/tmp', '/var/tmp', '/dev/shm'];
    const { stdout, end } = await bed.run({
      ...line(`for p in ${places.join(' ')}; do ls -A $p; echo mine > $p/holdfast-test || exit 1; done; ls -A /run /root | grep -v resolv`),
      user: 'nobody',
    });
    expect(end.kind).toBe('exited');
    expect(stdout.split('\n').filter((text) => text !== '' && !text.startsWith('/') && !text.startsWith('systemd'))).toEqual([
      expect.stringMatching(/^holdfast-containers-/),
    ]);
    for (const place of places) expect(existsSync(join(place, 'holdfast-test'))).toBe(false);
  });

  it("cannot see other tasks' sandboxes, volumes that are not its own, or what the agent remembers", async () => {
    const other = await bed.launch(line('echo secret; exec sleep 600'));
    await eventually(async () => (await other.output().catch(() => '')).includes('secret'));
    const theirs = await bed.volume('theirs');
    const onDisk = join(bed.root, 'disk/volumes/theirs');
    await mkdir(onDisk, { recursive: true });
    for (const directory of [theirs.source, onDisk]) await writeFile(join(directory, 'file'), 'secret');
    const mine = await bed.volume('mine');
    const work = join(bed.root, 'work');
    const { stdout, spec } = await bed.run({
      ...line(`find ${bed.root} -xdev; find ${work} ${join(bed.root, 'disk')}; ls mine`),
      mounts: [mine],
    });
    const { sandbox } = spec;
    // The ways to its own places are there, and nothing beside them.
    const seen = new Set(stdout.split('\n').filter((path) => path !== '' && !path.startsWith(sandbox)));
    expect([...seen].sort()).toEqual([bed.root, join(bed.root, 'disk'), work, join(work, 'sandboxes')].sort());
    other.container.kill();
    await other.container.whenGone;
  });

  it('follows a link that a neighbour has planted in a shared volume into its own view only', async () => {
    const secret = join(bed.root, 'work/meta/secret');
    await writeFile(secret, 'secret');
    const target = join(bed.root, 'target');
    await writeFile(target, 'untouched');
    const shared = await bed.volume('shared');
    await symlink(secret, join(shared.source, 'read'));
    await symlink(target, join(shared.source, 'write'));
    await symlink('/proc/1/root', join(shared.source, 'out'));
    const { stdout } = await bed.run({
      ...line(`cat shared/read; echo changed > shared/write; cat shared/out/${secret}; echo changed > shared/out/${target}`),
      mounts: [shared],
    });
    expect(stdout).toBe('');
    expect(await readFile(target, 'utf8')).toBe('untouched');
  });

  it('does not see processes outside, nor can it signal them', async () => {
    const outside = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(outside, 'spawn');
    const attempts = {
      'a process outside': `kill -9 ${outside.pid}`,
      'the agent': `kill -0 ${process.pid}`,
      'a look at it': `ls /proc/${outside.pid}`,
    };
    const { stdout } = await bed.run(tries(attempts));
    expect(stdout).toBe(refused(attempts));
    expect(isAlive(markOf(outside.pid!)!)).toBe(true);
    outside.kill('SIGKILL');
    await once(outside, 'exit');
  });

  it('cannot make a read-only volume writable, unmount anything, or enter namespaces, be it root (A-153)', async () => {
    const shared = await bed.volume('shared');
    const attempts = {
      remount: 'mount -o remount,rw,bind shared',
      'a mount of its own': 'mount --bind . shared',
      unmount: 'umount shared',
      'a new namespace': 'unshare --mount true',
      // Who is root in a namespace of its own may mount there, but not undo what was given to it.
      'a namespace of a user': 'unshare --user --map-root-user --mount sh -c "mount -o remount,rw,bind shared || umount shared"',
      'a write': 'touch shared/x',
    };
    const { stdout } = await bed.run({ ...tries(attempts), mounts: [{ ...shared, mode: 'RO' }] });
    expect(stdout).toBe(refused(attempts));
    expect(existsSync(join(shared.source, 'x'))).toBe(false);
  });

  it('finds nothing open in its process 1 that is not its own, hence cannot lie about its end, be it root', async () => {
    const everywhere =
      'for fd in /proc/[0-9]*/fd/*; do echo "holdfast: exit 0" > "$fd"; readlink "$fd"; done 2>/dev/null | sort -u; exit 9';
    const { stdout, logPath, end, spec } = await bed.run(line(everywhere));
    const own = ['/dev/null', join(spec.sandbox, 'stderr'), join(spec.sandbox, 'stdout')];
    const opened = stdout.split('\n').filter((name) => name.startsWith('/') && !name.startsWith('/proc/'));
    expect(opened).toEqual(own);
    expect(end).toEqual({ kind: 'exited', code: 9 });
    expect(await readFile(logPath, 'utf8')).toMatch(/\nholdfast: running\n\{ "exit-code": 9 \}\n$/);
  });

  it('has few of the rights of root if it is root, and none if it is not', async () => {
    const command = 'grep -E "Cap(Inh|Prm|Eff|Amb)|NoNewPrivs" /proc/self/status | tr -d "\\t\\n "';
    const { stdout } = await bed.run(line(command));
    // chown dac_override fowner fsetid kill setgid setuid net_bind_service: bits 0 1 3 4 5 6 7 10.
    const few = '00000000000004fb';
    expect(stdout).toBe(`CapInh:${few}CapPrm:${few}CapEff:${few}CapAmb:${few}NoNewPrivs:1`);
    const nobody = await bed.run({ ...line(command), user: 'nobody' });
    expect(nobody.stdout).toBe(`CapInh:${zeros}CapPrm:${zeros}CapEff:${zeros}CapAmb:${zeros}NoNewPrivs:1`);
  });

  it("has the user's own groups and those of its volumes, whose members may write what it makes there (A-160)", async () => {
    await chmod(bed.root, 0o755);
    const { stdout } = await bed.run({ ...line('id -u; id -G; umask'), user: 'sync', groups: [10_001, 10_002] });
    const own = execFileSync('id', ['-G', 'sync'], { encoding: 'utf8' }).trim();
    expect(stdout).toBe(`${execFileSync('id', ['-u', 'sync'], { encoding: 'utf8' })}${own} 10001 10002\n0002\n`);
  });

  it('owns the way to a volume in its sandbox, but not the volume (A-158, architecture 11.4)', async () => {
    const mounts = [await bed.volume('deep', { containerPath: 'a/b/data' }), await bed.volume('outer', { containerPath: 'c' })];
    const { stdout } = await bed.run({ ...line('stat -c %U . a a/b a/b/data c; touch a/b/file && echo written'), mounts, user: 'nobody' });
    expect(stdout).toBe('nobody\nnobody\nnobody\nroot\nroot\nwritten\n');
  });

  it('is ended when it ignores SIGTERM, with all that it has started', async () => {
    const { container, output, spec } = await bed.launch(
      line("trap '' TERM; setsid env -i sleep 600 & echo up; while :; do sleep 0.01; done"),
    );
    await eventually(async () => (await output().catch(() => '')).includes('up'));
    const namespace = mountNamespaceOf(container.entrance!)!;
    const inside = (await foreignMountNamespaces()).get(namespace)!.flatMap((pid) => markOf(pid) ?? []);
    // Process 1, the command, and what that has started.
    expect(inside.length).toBeGreaterThanOrEqual(3);
    container.terminate();
    container.kill();
    expect(await container.whenGone).toEqual({ kind: 'exited', code: 137 });
    expect(inside.filter((mark) => isAlive(mark))).toEqual([]);
    expect(existsSync(spec.sandbox)).toBe(true);
  });
});

const zeros = '0000000000000000';

it('adopts a container that an earlier version has started with unshare(1), and ends it as its own (A-180)', async () => {
  const { sandbox, spec, logPath } = await olderContainer("trap 'echo bye; exit 4' TERM; echo up; while :; do sleep 0.01; done");
  const container = (await bed.runtime.adopt(spec.launchId, 'namespaces', logPath))!;
  await container.whenRunning;
  await eventually(async () => (await readFile(join(sandbox, 'stdout'), 'utf8').catch(() => '')).includes('up'));
  container.terminate();
  expect(await container.whenGone).toEqual({ kind: 'exited', code: 4 });
  expect(await readFile(join(sandbox, 'stdout'), 'utf8')).toBe('up\nbye\n');
});

/** As agents before bubblewrap did it. */
async function olderContainer(command: string) {
  const sandbox = join(bed.root, 'work/sandboxes/older');
  const logPath = join(bed.root, 'work/meta/older.log');
  await mkdir(sandbox, { recursive: true });
  const spec = {
    launchId: `older-${process.pid}`,
    label: 'older',
    isolation: 'plain',
    sandbox,
    mounts: [],
    command: { line: command },
    environment: [],
  } as const;
  const [variable = '', value] = launchVariable(spec.launchId).split('=');
  const args = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc', '/bin/sh', '-s', '--', 'older'];
  const log = openSync(logPath, 'a');
  const child = spawn('unshare', args, {
    detached: true,
    env: { ...process.env, [variable]: value },
    stdio: ['pipe', log, 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  writeSync(log, markLine(markOf(child.pid!)!));
  closeSync(log);
  child.stdin!.end(containerScript(spec, 0));
  return { sandbox, spec, logPath };
}

it('starts although a directory that it is to hide is not there, and hides it when it is', async () => {
  const hidden = join(bed.root, 'not-there');
  expect((await bed.run(line('true'))).end).toEqual({ kind: 'exited', code: 0 });
  await mkdir(hidden);
  await writeFile(join(hidden, 'file'), 'secret');
  expect((await bed.run(line(`cat ${join(hidden, 'file')} || echo hidden`))).stdout).toBe('hidden\n');
});

it('is over when bwrap is killed from outside: nobody could tell how it ends', async () => {
  const { container } = await bed.launch(line('exec sleep 600'));
  await container.whenRunning;
  const inside = markOf(container.entrance!)!;
  sendSignal(container.mark.pid, 'SIGKILL');
  expect(await container.whenGone).toEqual({ kind: 'lost', problem: 'the container was ended by SIGKILL' });
  expect(isAlive(inside)).toBe(false);
});
