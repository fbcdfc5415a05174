import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProfile } from '@holdfast/core/membership';
import { Resources } from '@holdfast/core/resources';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { AgentIdentity, type IdentityDeps, openWorkDir, StartFault, type WorkDir } from './index';

const directory = useTempDirectory();
let dir: WorkDir;
const path = () => join(dir.meta, 'agent');
beforeEach(async () => (dir = await openWorkDir(join(directory(), 'work'))));

const resources = (text: string) => {
  const parsed = Resources.parse(text);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
};
const rack = { name: 'rack', value: { kind: 'text', text: 'r1' } } as const;
const profile: AgentProfile = {
  hostname: 'node1',
  configured: resources('cpus:4;mem:100;ports:[1-10]'),
  attributes: [rack],
  domain: { region: 'north', zone: 'n-1' },
};
const GROWN: Partial<AgentProfile> = { configured: resources('cpus:12;mem:100;ports:[1-10];disk:10') };
const SHRUNK: Partial<AgentProfile> = { configured: resources('cpus:2;mem:100;ports:[1-10]') };

const open = (changed: Partial<AgentProfile> = {}, more: Partial<Omit<IdentityDeps, 'profile'>> = {}) =>
  AgentIdentity.open(dir, { profile: { ...profile, ...changed }, bootId: 'boot-1', policy: 'equal', ...more });

async function settledId(changed: Partial<AgentProfile>, more: Partial<Omit<IdentityDeps, 'profile'>> = {}, runningTasks = 0) {
  const identity = await open(changed, more);
  identity.settle(runningTasks);
  return identity.agentId;
}

describe('the agent id', () => {
  it('is none at first, and stays the one that a master has given, over restarts and reboots (D-078)', async () => {
    const first = await open();
    expect(first.agentId).toBeUndefined();
    await first.registered('agent-1');
    expect(await settledId({}, {}, 3)).toBe('agent-1');
    expect(await settledId({}, { bootId: 'boot-2' })).toBe('agent-1');
  });

  it('is kept by an agent that has grown, where the policy says so (D-078)', async () => {
    await (await open()).registered('agent-1');
    expect(await settledId(GROWN, { policy: 'additive' }, 3)).toBe('agent-1');
    await expect(open(GROWN)).rejects.toThrow(
      `HOLDFAST_AGENT_RECONFIGURATION_POLICY=equal does not allow that. Start it with its former settings, allow what only adds with HOLDFAST_AGENT_RECONFIGURATION_POLICY=additive, or make it another agent, which keeps the volumes: end its tasks and remove ${path()}, or reboot the machine.`,
    );
  });

  it.each([['equal'], ['additive']] as const)('keeps an agent that has less from starting in the same boot (%s, D-078)', async (policy) => {
    await (await open()).registered('agent-1');
    for (const changed of [SHRUNK, { hostname: 'node2' }, { attributes: [] }, { domain: { region: 'north', zone: 'n-2' } }]) {
      await expect(open(changed, { policy })).rejects.toThrow(StartFault);
    }
  });

  it('is given up after a reboot, unless tasks are found that still run under it (D-078, A-185)', async () => {
    await (await open()).registered('agent-1');
    await expect(settledId(SHRUNK, { bootId: 'boot-2' }, 2)).rejects.toThrow(/2 of its tasks still run/);
    expect(await settledId(SHRUNK, { bootId: 'boot-2' })).toBeUndefined();
  });

  it('is that of the present boot once it has registered in it', async () => {
    await (await open()).registered('agent-1');
    await (await open({}, { bootId: 'boot-2' })).registered('agent-1');
    await expect(open(SHRUNK, { bootId: 'boot-2' })).rejects.toThrow(StartFault);
  });

  it('is kept when it was written before boots and domains were told apart', async () => {
    await (await open()).registered('agent-1');
    const { domain: _, bootId: __, ...old } = JSON.parse(readFileSync(path(), 'utf8')) as Record<string, unknown>;
    writeFileSync(path(), JSON.stringify(old));
    expect(await settledId({})).toBe('agent-1');
    await expect(open(SHRUNK)).rejects.toThrow(StartFault);
  });

  it('is not read from a file that is not whole, at whatever byte it ends', async () => {
    await (await open()).registered('agent-1');
    const whole = readFileSync(path(), 'utf8');
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path(), whole.slice(0, length));
      await expect(open()).rejects.toThrow(/cannot be read\. It holds the name under which the master knows this agent/);
    }
  });

  it('is not lost, nor kept from registering after a reboot, by a disk that has filled up', async () => {
    await (await open()).registered('agent-1');
    const whole = readFileSync(path(), 'utf8');
    const disk = mountSmallDisk(dir.meta, 64);
    try {
      writeFileSync(path(), whole);
      disk.fill();
      const rebooted = await open({}, { bootId: 'boot-2' });
      await rebooted.registered('agent-1');
      expect(rebooted.agentId).toBe('agent-1');
      await expect(rebooted.registered('agent-2')).rejects.toMatchObject({ code: 'ENOSPC' });
      expect([readFileSync(path(), 'utf8'), rebooted.agentId]).toEqual([whole, 'agent-1']);
    } finally {
      disk.unmount();
    }
  });
});
