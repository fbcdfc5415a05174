import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StartFault } from '../store';
import { type ChoiceDeps, chooseIsolation, enforcementAttributes } from './choose-isolation';
import { CGROUP_MOUNTS } from './cgroups';
import { useContainers } from './container-bed.fixture';

jest.setTimeout(60_000);
const bed = useContainers();
const withoutBwrap = useContainers(() => [], { PATH: '/no/such/directory' });

const deps = ({ runtime, root, log } = bed): ChoiceDeps => ({
  runtime,
  metaDirectory: join(root, 'work/meta'),
  cgroupRoot: `holdfast-test-${process.pid}/${randomUUID()}`,
  isRoot: true,
  log,
});

it('takes namespaces and control groups where the machine has them, and nothing of the trials is left', async () => {
  const enforcement = await chooseIsolation('auto', deps());
  expect(enforcement).toEqual({ isolation: 'namespaces', cgroups: expect.stringMatching(/^v[12]$/), notEnforced: [] });
  expect(bed.runtime.cgroupsVersion).toBe(enforcement.cgroups);
  expect(await readdir(join(bed.root, 'work/meta'))).toEqual([]);
  expect(enforcementAttributes(enforcement).map(({ name }) => name)).toEqual(['holdfast.isolation', 'holdfast.cgroups']);
});

it('says in plain mode what it does not keep tasks from, in the log and as attributes', async () => {
  const enforcement = await chooseIsolation('plain', { ...deps(), cgroupMounts: join(bed.root, 'none'), diskProblem: 'there is no du' });
  const items = ['cpus', 'disk', 'mem', 'mounts', 'pids_namespace', 'processes', 'read_only_volumes'];
  expect(enforcementAttributes(enforcement)).toEqual([
    { name: 'holdfast.isolation', value: { kind: 'text', text: 'plain' } },
    { name: 'holdfast.cgroups', value: { kind: 'text', text: 'none' } },
    { name: 'holdfast.not_enforced', value: { kind: 'set', items } },
  ]);
  const problems = bed.log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['problem']);
  expect(problems).toEqual([
    `there are no control groups with the controllers cpu, cpuacct, memory, pids below ${join(bed.root, 'none')}`,
    'there is no du',
  ]);
});

it('has control groups in plain mode, too, if it is root', async () => {
  expect(await chooseIsolation('plain', deps())).toMatchObject({ isolation: 'plain', cgroups: expect.stringMatching(/^v[12]$/) });
});

it('cannot switch users or limit anything if it is not root', async () => {
  const { cgroups, notEnforced } = await chooseIsolation('plain', { ...deps(), isRoot: false });
  expect([cgroups, notEnforced]).toEqual(['none', expect.arrayContaining(['users', 'cpus', 'mem', 'processes'])]);
});

it('falls back to plain without bubblewrap, and says what to install', async () => {
  const { isolation } = await chooseIsolation('auto', deps(withoutBwrap));
  expect(isolation).toBe('plain');
  expect(withoutBwrap.log.lines.find(({ level }) => level === 'warn')?.message).toContain('install bubblewrap');
});

it('refuses to start without bubblewrap if it is to use namespaces, and says what to do', async () => {
  const start = chooseIsolation('namespaces', deps(withoutBwrap));
  await expect(start).rejects.toThrow(StartFault);
  await expect(start).rejects.toThrow(
    /To have them, install bubblewrap \(Debian: apt-get install bubblewrap\); or set HOLDFAST_AGENT_ISOLATION to plain/,
  );
});

it('leaves no directory of its own when it stops with nothing running', async () => {
  const chosen = deps();
  await chooseIsolation('plain', chosen);
  await bed.restart();
  for (const controller of ['memory', '.']) expect(existsSync(join(CGROUP_MOUNTS, controller, chosen.cgroupRoot))).toBe(false);
});
