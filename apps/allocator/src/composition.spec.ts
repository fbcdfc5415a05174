import { Resources } from '@holdfast/core/resources';
import type { RunningService } from '@holdfast/platform/process';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { manualWorld, type ManualWorld } from '@holdfast/testing/world';
import { startAllocator } from './composition';
import { allocatorSettings } from './config';
import { agent, COMPLETE, framework, giveBack, res, sharedVolume, TestMaster, textOf } from './test-master.fixture';

let redis: TestRedis;
let world: ManualWorld;
let allocator: RunningService;
let masters: TestMaster[];
let log: ReturnType<typeof recordedLog>;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  world = manualWorld();
  log = recordedLog();
  masters = [];
  const settings = allocatorSettings.read({
    HOLDFAST_ALLOCATOR_GRPC_PORT: '0',
    HOLDFAST_ALLOCATOR_HTTP_PORT: '0',
    HOLDFAST_REDIS_URL: redis.url,
    HOLDFAST_ALLOCATOR_REGION: 'eu',
    HOLDFAST_ALLOCATOR_QUEUE_PREFIX: `{${expect.getState().currentTestName!.replaceAll(/\W/g, '-')}}`,
  });
  allocator = await startAllocator(settings, log, world);
});
afterEach(async () => {
  for (const master of masters) master.close();
  await allocator.stop();
});

function connect(): TestMaster {
  const master = new TestMaster(allocator.endpoints.grpc!);
  masters.push(master);
  return master;
}

async function readiness(): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${allocator.endpoints.http}/readyz`);
  return { status: answer.status, body: await answer.json() };
}

describe('the allocator, over a real stream and a real queue', () => {
  it('allocates nothing before the snapshot is complete', async () => {
    const master = connect();
    master.send(framework('f1'));
    master.send(agent('a1', 'cpus:4;mem:1024'));
    master.send(agent('a2', 'cpus:2'));
    const complete = master.send(COMPLETE);
    expect((await master.offers(2)).map(textOf).sort()).toEqual(['a1 f1 eng cpus:4;mem:1024', 'a2 f1 eng cpus:2']);
    expect(master.responses[0]!.seenRequest).toBe(complete);
  });

  it('offers a shared volume with the rest of its agent, once (A-083)', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', res('cpus:4').add(Resources.of([sharedVolume('V'), sharedVolume('V')]))), COMPLETE);
    const [offer] = await master.offers(1);
    expect([...offer!.resources.shared().entries()].map(({ copies }) => copies)).toEqual([1]);
  });

  it('sends up to a hundred allocations per message, numbered, with the last request they have seen', async () => {
    const master = connect();
    master.send(framework('f1'));
    const last = master.send(...Array.from({ length: 250 }, (_, at) => agent(`a${at}`, 'cpus:1')), COMPLETE);
    await master.offers(250);
    expect(master.responses.map(({ number, seenRequest, allocations }) => [number, seenRequest, allocations.length])).toEqual([
      [1, last, 100],
      [2, last, 100],
      [3, last, 50],
    ]);
  });

  it('offers at once what came free, without waiting for a period (C-004 improved)', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    const [offer] = await master.offers(1);
    master.send(giveBack(offer!));
    expect((await master.offers(1)).map(textOf)).toEqual(['a1 f1 eng cpus:4']);
  });

  it('moves what was launched from the offer to the tasks, and offers it when they end (A-058, A-093)', async () => {
    const master = connect();
    const volume = Resources.of([sharedVolume('V')]);
    master.send(framework('f1'), agent('a1', res('cpus:4').add(volume)), COMPLETE);
    const [offer] = await master.offers(1);
    const of = { frameworkId: 'f1', agentId: 'a1', role: 'eng' };
    const launched = res('cpus:3').add(volume).add(volume);
    master.send(
      { kind: 'convert_allocation', ...of, conversions: [{ consumed: Resources.empty, produced: volume }] },
      { kind: 'use_resources', ...of, resources: launched },
      { ...giveBack(offer!), ...of, kind: 'recover_resources', resources: res('cpus:1'), refuseMs: 60_000 },
      { kind: 'recover_resources', ...of, resources: res('cpus:2').add(volume), offered: false },
    );
    const [second] = await master.offers(1);
    expect(textOf(second!)).toBe('a1 f1 eng cpus:3;disk:64');
    expect(log.lines.filter(({ message }) => message.includes('do not hold'))).toEqual([]);
  });

  it('offers agents that meet the constraints of the framework, in its region, with as much as it wants (C-059, C-060, C-074)', async () => {
    const master = connect();
    const onRack = (rack: string) => ({ attributes: [{ name: 'rack', value: { kind: 'text' as const, text: rack } }] });
    const isOnRack = { selector: { kind: 'attribute', name: 'rack' }, predicate: { kind: 'text_matches', regex: 'r[0-9]{1,2}' } } as const;
    master.send(
      framework('f1', ['eng'], { offerConstraints: { eng: [[isOnRack]] }, minAllocatable: { eng: [{ disk: 8 }] } }),
      agent('a1', 'cpus:4;disk:8', onRack('r100')),
      agent('a2', 'cpus:4;disk:7', onRack('r10')),
      agent('a3', 'cpus:4;disk:8', { ...onRack('r10'), domain: { region: 'us', zone: 'a' } }),
      agent('a4', 'cpus:4;disk:8', { ...onRack('r10'), domain: { region: 'eu', zone: 'a' } }),
      COMPLETE,
    );
    expect((await master.offers(1)).map(textOf)).toEqual(['a4 f1 eng cpus:4;disk:8']);
    master.send(framework('f2', ['eng'], { capabilities: new Set(['REGION_AWARE']) }));
    expect((await master.offers(3)).map(textOf).sort()).toEqual([
      'a1 f2 eng cpus:4;disk:8',
      'a2 f2 eng cpus:4;disk:7',
      'a3 f2 eng cpus:4;disk:8',
    ]);
  });

  it('takes a shared volume that was resized while a task uses it for the one that the task gives back (B-059)', async () => {
    const master = connect();
    const volume = sharedVolume('V');
    const larger = { ...volume, value: { kind: 'scalar' as const, milli: 128_000 } };
    const of = { frameworkId: 'f1', agentId: 'a1', role: 'eng' };
    const used = [{ ...of, resources: res('cpus:4').add(Resources.of([volume])), offered: false }];
    master.send(
      framework('f1'),
      { ...agent('a1', res('cpus:4;disk(eng):64').add(Resources.of([volume]))), used },
      { kind: 'resize_copies', agentId: 'a1', from: volume, to: larger },
      {
        kind: 'convert_total',
        agentId: 'a1',
        conversions: [{ consumed: res('disk(eng):64').add(Resources.of([volume])), produced: Resources.of([larger]) }],
      },
      { kind: 'recover_resources', ...of, resources: res('cpus:4').add(Resources.of([larger])), offered: false },
      COMPLETE,
    );
    expect((await master.offers(1)).map(textOf)).toEqual(['a1 f1 eng cpus:4;disk:128']);
    expect(log.lines.filter(({ message }) => message.includes('do not hold'))).toEqual([]);
  });

  it('keeps a declined offer away until its filter ends, noticed when a period begins (C-051)', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    const [offer] = await master.offers(1);
    master.send(giveBack(offer!, 1500), agent('a2', 'cpus:1'));
    expect((await master.offers(1)).map(textOf)).toEqual(['a2 f1 eng cpus:1']);
    world.advance(1000);
    master.send(agent('a3', 'cpus:1'));
    expect((await master.offers(1)).map(textOf)).toEqual(['a3 f1 eng cpus:1']);
    world.advance(1000);
    expect((await master.offers(1)).map(textOf)).toEqual(['a1 f1 eng cpus:4']);
  });

  it('offers again in the next period what was declined for 0 ms', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    const [offer] = await master.offers(1);
    master.send(giveBack(offer!, 0), agent('a2', 'cpus:1'));
    expect((await master.offers(1)).map(textOf)).toEqual(['a2 f1 eng cpus:1']);
    world.advance(1000);
    expect((await master.offers(1)).map(textOf)).toEqual(['a1 f1 eng cpus:4']);
  });

  it('ends the stream when a number is missing, and begins anew with the next one', async () => {
    const first = connect();
    first.send(framework('f1'), COMPLETE);
    first.skipNumber();
    first.send(agent('a1', 'cpus:4'));
    expect(await first.ended).toMatchObject({ code: 'invalid_argument', details: { field: 'number' } });

    const second = connect();
    second.send(framework('f2'), agent('a2', 'cpus:1'), COMPLETE);
    expect((await second.offers(1)).map(textOf)).toEqual(['a2 f2 eng cpus:1']);
  });

  it('lets a new stream take over, ends the old one and forgets what that one said', async () => {
    const first = connect();
    first.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    await first.offers(1);
    const second = connect();
    second.send(agent('a2', 'cpus:1'), COMPLETE);
    expect(await first.ended).toBeUndefined();
    second.send(framework('f2'));
    expect((await second.offers(1)).map(textOf)).toEqual(['a2 f2 eng cpus:1']);
    second.send(agent('a1', 'cpus:4'));
    expect((await second.offers(1)).map(textOf)).toEqual(['a1 f2 eng cpus:4']);
  });

  it('forgets the books when the master goes, and serves it again when it comes back', async () => {
    const first = connect();
    first.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    const [offer] = await first.offers(1);
    first.close();
    const second = connect();
    second.send(framework('f1'), { ...agent('a1', 'cpus:4;mem:64'), used: [{ ...offer!, offered: true }] }, COMPLETE);
    expect((await second.offers(1)).map(textOf)).toEqual(['a1 f1 eng mem:64']);
  });

  it('says when the master names what the books do not hold, and goes on', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    const [offer] = await master.offers(1);
    master.send(giveBack({ ...offer!, resources: res('cpus:4;mem:7') }));
    await master.offers(1);
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: 'the master names resources that the books do not hold',
      fields: { frameworkId: 'f1', agentId: 'a1', role: 'eng', missing: 'mem:7' },
    });
  });

  it('answers what it measures: cycles, agents looked at, offers, filters', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    const [offer] = await master.offers(1);
    master.send(giveBack(offer!, 60_000));
    const metrics = async () => (await fetch(`${allocator.endpoints.http}/metrics`)).text();
    await eventually(async () => (await metrics()).includes('holdfast_allocator_filters 1'));
    const text = await metrics();
    for (const name of ['cycle_ms_bucket', 'cycle_wait_ms_bucket', 'cycles_total', 'cycle_agents_total', 'allocations_total'])
      expect(text).toContain(`holdfast_${name}`);
  });
});

describe('the allocator while Redis is away', () => {
  it('makes no offers and says that it is not ready; takes changes all the same, and offers when Redis is back', async () => {
    await eventually(async () => (await readiness()).status === 200);
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    await master.offers(1);

    await redis.kill();
    await eventually(async () => (await readiness()).status === 503);
    expect((await readiness()).body).toMatchObject({ reasons: [expect.stringContaining('Redis')] });
    master.send(agent('a2', 'cpus:2'));
    world.advance(3000);

    await redis.restart();
    expect((await master.offers(1)).map(textOf)).toEqual(['a2 f1 eng cpus:2']);
    await eventually(async () => (await readiness()).status === 200);
  });

  it('asks anew in the next period when Redis lost the job that waited', async () => {
    const master = connect();
    master.send(framework('f1'), agent('a1', 'cpus:1'), COMPLETE);
    await master.offers(1);
    redis.pause();
    master.send(agent('a2', 'cpus:2'));
    await eventually(async () =>
      (await fetch(`${allocator.endpoints.http}/metrics`).then((r) => r.text())).includes('holdfast_allocator_candidates 1'),
    );
    await redis.kill();
    await redis.restart();
    world.advance(1000);
    expect((await master.offers(1)).map(textOf)).toEqual(['a2 f1 eng cpus:2']);
  });
});
