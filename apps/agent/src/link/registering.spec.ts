import { existsSync } from 'node:fs';
import { refuse } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import { eventually, hasLogged, sandboxOf, useAgents, V1 } from '../agent.fixture';
import { reservedDisk } from '../disks/volumes.fixture';

const bed = useAgents();
const { started, withVolume } = bed;

describe('registering', () => {
  it('tells a master everything it knows, and takes the id that it is given', async () => {
    const agent = await started({ attributes: 'rack:r1', hostname: 'node1' });
    const register = await bed.master.registration();
    expect(register).toMatchObject({
      agent: { hostname: 'node1', httpPort: expect.any(Number) },
      highestEpoch: 0,
      ledgerRevision: 0,
      tasks: [],
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect([register.agent.id, register.agent.domain]).toEqual([undefined, undefined]);
    expect((await agent.state()).domain).toBeNull();
    expect(register.agent.attributes).toEqual(
      expect.arrayContaining([
        { name: 'rack', value: { kind: 'text', text: 'r1' } },
        { name: 'holdfast.isolation', value: { kind: 'text', text: 'namespaces' } },
        { name: 'holdfast.cgroups', value: { kind: 'text', text: expect.stringMatching(/^(v1|v2|none)$/) } },
      ]),
    );
    expect(register.configured.scalarMilli('disk')).toBe(1_000_000);
    await bed.master.apply('RESERVE', reservedDisk(1));
    expect(await agent.state()).toMatchObject({ id: 'agent-1', registered: true, highest_epoch: 1, store_id: register.storeId });
  });

  it('tells where its machine stands, if it was told (C-074)', async () => {
    const agent = await started({ domain: 'eu-west/a' });
    expect((await bed.master.registration()).agent.domain).toEqual({ region: 'eu-west', zone: 'a' });
    expect((await agent.state()).domain).toEqual({ fault_domain: { region: { name: 'eu-west' }, zone: { name: 'a' } } });
  });

  it('comes back after losing the stream, with the same id and what it has by then (A-181, D-077)', async () => {
    await withVolume();
    bed.master.hangUp();
    const again = await bed.master.registration(2);
    expect(again.agent.id).toBe('agent-1');
    expect(again.checkpointed.equals(Resources.of([V1]))).toBe(true);
    expect(again.highestEpoch).toBe(1);
  });

  it('tells everybody who reads its metrics which agent it is and whose epoch it obeys, while a master has registered it', async () => {
    const agent = await started();
    const registered = async () => {
      const metrics = await (await fetch(`${String(agent.service.endpoints['http'])}/metrics`)).text();
      return /^holdfast_agent_registered_epoch.*$/m.exec(metrics)?.[0];
    };
    await eventually(async () => (await registered()) === 'holdfast_agent_registered_epoch{agent_id="agent-1"} 1');
    await bed.master.stop();
    await eventually(async () => (await registered()) === 'holdfast_agent_registered_epoch{agent_id="agent-1"} 0');
  });

  it('finds a master that was restarted on the same port', async () => {
    await started();
    const { port } = bed.master;
    await bed.master.stop();
    await bed.restartMaster(port);
    await bed.master.registration();
  });

  it('dials again when the master does not answer, or falls silent (D-072)', async () => {
    bed.master.isSilent = true;
    await started({ registrationTimeoutMs: 50 });
    await bed.master.registration(2);
    bed.master.isSilent = false;
    bed.master.pingTimeoutMs = 100;
    const { length } = bed.master.all('register');
    await bed.master.registration(length + 3);
  });

  it('answers pings', async () => {
    await started();
    for (let pongs = 1; pongs <= 3; pongs++) {
      bed.master.send({ kind: 'ping' });
      await bed.master.until(() => bed.master.all('pong').length === pongs);
    }
  });

  it('ends with the sentence of a master that does not want it, and tries again with one that does not yet (D-087)', async () => {
    bed.master.refusal = refuse('ledger_unavailable', { problem: 'Redis is away' });
    const agent = await started();
    await bed.master.registration(3);
    expect(agent.ends).toEqual([]);
    bed.master.refusal = refuse('agent_refused', { problem: 'You were declared gone.' });
    await eventually(() => agent.ends.length > 0);
    expect(agent.ends).toEqual(['The master does not want this agent: You were declared gone.']);
    const { length } = bed.master.all('register');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bed.master.all('register')).toHaveLength(length);
  });
});

describe('fencing', () => {
  it('does nothing that a master of the past says, also after a restart (promise 5)', async () => {
    bed.master.epoch = 7;
    const agent = await started();
    await eventually(() => hasLogged(agent, 'registered'));
    bed.master.epoch = 6;
    const { length } = bed.master.all('register');
    const stale = bed.master.run({ id: 'stale' });
    await bed.master.registration(length + 1);
    expect(existsSync(sandboxOf(agent, stale))).toBe(false);
    await agent.stop();
    bed.master.epoch = 6;
    const again = await bed.start();
    await eventually(() => hasLogged(again, 'master of the past (epoch 6)'));
    expect((await again.state()).registered).toBe(false);
    bed.master.epoch = 8;
    await eventually(() => hasLogged(again, 'registered'));
  });

  it('reports the highest epoch and ledger revision that it has been told', async () => {
    bed.master.epoch = 3;
    const agent = await started();
    bed.master.send(bed.master.operation('RESERVE', [reservedDisk(1)], 41));
    const task = bed.master.run({ ledgerRevision: 40 });
    await bed.master.untilGone(task.info.taskId);
    await agent.stop();
    await bed.start();
    const again = await bed.master.until(() => bed.master.all('register').find(({ highestEpoch }) => highestEpoch === 3));
    expect(again.ledgerRevision).toBe(41);
  });
});

it('is ready once it is registered, and serves metrics', async () => {
  bed.master.isSilent = true;
  const agent = await started({ registrationTimeoutMs: 100 });
  const get = (path: string) => fetch(`${agent.service.endpoints['http']}${path}`);
  const notReady = await get('/readyz');
  expect([notReady.status, await notReady.json()]).toMatchObject([
    503,
    { reasons: [`not registered with the master at ${bed.master.address}`] },
  ]);
  bed.master.isSilent = false;
  await eventually(async () => (await get('/readyz')).status === 200);
  bed.master.run({ id: 't1' });
  await bed.master.untilGone('t1');
  await bed.master.apply('RESERVE', reservedDisk(1));
  const metrics = await (await get('/metrics')).text();
  for (const name of [
    'holdfast_agent_task_starts_total',
    'holdfast_agent_task_start_ms_bucket',
    'holdfast_agent_tasks_running',
    'holdfast_agent_checkpoint_ms_count',
  ]) {
    expect(metrics).toContain(name);
  }
});
