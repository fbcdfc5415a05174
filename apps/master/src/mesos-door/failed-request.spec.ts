import { RpcFault } from '@holdfast/platform/rpc';
import type { DoorClient } from './door-client.fixture';
import { DoorStory, subscription } from './mesos-door.fixture';
import type { SchedulerCalls } from './serve-scheduler';

describe('a call whose handling fails', () => {
  let door: DoorStory;
  let client: DoorClient;
  const start = async (calls: Partial<SchedulerCalls>) => {
    const unused = () => {
      throw new TypeError('not in this story');
    };
    door = await DoorStory.start({ calls: { subscribe: unused, carryOut: unused, ...calls } });
    client = door.client();
  };
  afterEach(() => door.stop());
  const call = { body: { framework_id: { value: 'f' }, type: 'REVIVE' } };
  const fault = new RpcFault('the registry is away', 'UNAVAILABLE');

  it('for want of something the world may give again: 503 that says so, and a warning', async () => {
    await start({
      carryOut() {
        throw fault;
      },
    });
    const got = await client.call(call);
    expect([got.status, got.text]).toEqual([503, 'the registry is away']);
    expect(door.log.lines).toMatchObject([{ level: 'warn' }]);
  });

  it('by a bug of ours: 500, which keeps to itself what it is, and an error in the log', async () => {
    await start({});
    const got = await client.call(call);
    expect([got.status, got.text]).toEqual([500, 'The master met a bug of its own; its log has more.']);
    expect(door.errors).toMatchObject([{ fields: { err: { message: 'not in this story' } } }]);
  });

  it('after it was taken: it stays 202, at once, and the connection lives', async () => {
    let fail: (cause: Error) => void = () => undefined;
    await start({ carryOut: () => new Promise((_resolve, reject) => (fail = reject)) });
    expect((await client.call(call)).status).toBe(202);
    fail(fault);
    expect((await client.call(call)).status).toBe(202);
    expect(door.log.lines).toMatchObject([{ level: 'warn' }]);
    fail(fault);
  });

  it('while its stream begins: the stream breaks off', async () => {
    await start({
      subscribe(_request, out) {
        out.send({ type: 'HEARTBEAT' });
        throw fault;
      },
    });
    await expect(client.subscribe(subscription()).then((stream) => stream.rest())).rejects.toThrow();
  });
});
