import { ok } from '@holdfast/core/base';
import { schedulerEventCodec } from '@holdfast/contracts';
import { BodyReader, DRAIN_GRACE_MS } from '@holdfast/platform/mesos-http';
import { RawSocket } from '@holdfast/testing/http';
import { DoorStory, subscription } from './mesos-door.fixture';

describe('a subscription over HTTP', () => {
  let door: DoorStory;
  const sockets: RawSocket[] = [];
  const raw = async () => {
    const socket = await RawSocket.connect(door.port);
    sockets.push(socket);
    return socket;
  };
  const frameworks = () => [...door.master.deps.frameworks.all()];
  const streamOf = (name: string) => frameworks().find(({ info }) => info.name === name)?.stream;

  beforeEach(async () => {
    door = await DoorStory.start({}, { HOLDFAST_MASTER_MAX_BACKLOG_BYTES: String(1024 * 1024) });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await door.stop();
    expect(door.errors).toEqual([]);
  });

  it('sends each record as exactly one HTTP chunk of plain ASCII, also when several follow at once (wire document 3)', async () => {
    const socket = await raw();
    socket.post(JSON.stringify(subscription({ name: 'chunks' })));
    await socket.chunks(2);
    const stream = streamOf('chunks');
    stream?.send({ type: 'ERROR', message: 'héllo\n\u{1f600}' });
    stream?.send({ type: 'RESCIND', offerId: 'ünïcode' });
    stream?.send({ type: 'HEARTBEAT' });
    const chunks = await socket.chunks(5);

    const events = chunks.map((chunk) => {
      const [, length = '', text = ''] = /^(\d+)\n([\x20-\x7e]+)$/.exec(chunk.toString('latin1')) ?? [];
      expect(Number(length)).toBe(text.length);
      return JSON.parse(text);
    });
    expect(events.map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'ERROR', 'RESCIND', 'HEARTBEAT']);
    expect(events[2].error.message).toBe('héllo\n\u{1f600}');
    const head = (await socket.until(() => true)).toString().split('\r\n\r\n')[0] ?? '';
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: application\/json\r\nMesos-Stream-Id: [0-9a-f-]{36}\r\n/);
    expect(head).toContain('Transfer-Encoding: chunked');
  });

  it('speaks protobuf, one message a chunk, to whom asks for it, whatever the call came in (wire document 2, 3)', async () => {
    const socket = await raw();
    socket.post(JSON.stringify(subscription({ name: 'binary' })), { Accept: 'application/x-protobuf' });
    const events = (await socket.chunks(2)).map((chunk) => {
      const lineEnd = chunk.indexOf(10);
      expect(Number(chunk.subarray(0, lineEnd).toString())).toBe(chunk.length - lineEnd - 1);
      return schedulerEventCodec.decode(chunk.subarray(lineEnd + 1));
    });
    expect(events).toMatchObject([{ value: { type: 'SUBSCRIBED', heartbeatIntervalMs: 15_000 } }, { value: { type: 'HEARTBEAT' } }]);
  });

  it('says SUBSCRIBED, HEARTBEAT at once, then HEARTBEAT every 15 s (D-001)', async () => {
    const stream = await door.client().subscribe(subscription());
    expect(await stream.next()).toMatchObject({ type: 'SUBSCRIBED', subscribed: { heartbeat_interval_seconds: 15 } });
    expect(await stream.next()).toEqual({ type: 'HEARTBEAT' });
    door.master.world.advance(15_000);
    door.master.world.advance(15_000);
    expect([await stream.next(), await stream.next()]).toEqual([{ type: 'HEARTBEAT' }, { type: 'HEARTBEAT' }]);
  });

  it('is taken over by the next one: the older hears why and ends, and its id is stale (D-004, D-008)', async () => {
    const client = door.client();
    const older = await client.subscribe(subscription());
    const id = (await older.next())['subscribed'].framework_id;
    const newer = await client.subscribe(subscription({ id }, { framework_id: id }));
    expect((await newer.next())['subscribed'].framework_id).toEqual(id);
    expect((await older.rest()).at(-1)).toEqual({ type: 'ERROR', error: { message: 'Framework failed over' } });
    const revive = (streamId: string) =>
      client.call({ body: { framework_id: id, type: 'REVIVE' }, headers: { 'mesos-stream-id': streamId } }).then(({ status }) => status);
    expect([await revive(older.streamId), await revive(newer.streamId)]).toEqual([400, 202]);
  });

  it('ends with TEARDOWN (D-013)', async () => {
    const client = door.client();
    const stream = await client.subscribe(subscription());
    const id = (await stream.next())['subscribed'].framework_id;
    const torn = await client.call({ body: { framework_id: id, type: 'TEARDOWN' }, headers: { 'mesos-stream-id': stream.streamId } });
    expect(torn.status).toBe(202);
    expect(await stream.rest()).toEqual([{ type: 'HEARTBEAT' }]);
  });

  it('of a client that never reads is cut off, its buffer freed, while another is served as ever', async () => {
    const mute = await raw();
    mute.post(JSON.stringify(subscription({ name: 'mute', failover_timeout: 1000 })));
    await mute.chunks(1);
    mute.socket.pause();
    const other = await door.client().subscribe(subscription({ name: 'other' }));
    await other.next();
    await other.next();

    const event = { type: 'MESSAGE', agentId: 'a', executorId: 'e', data: Buffer.alloc(64 * 1024, 'x') } as const;
    for (let sent = 0; streamOf('mute'); sent++) {
      // The kernel takes some megabytes; the rest is ours.
      expect(sent * event.data.length).toBeLessThan(64 * 1024 * 1024);
      streamOf('mute')?.send(event);
      streamOf('other')?.send({ type: 'RESCIND', offerId: `o${sent}` });
      expect(await other.next()).toEqual({ type: 'RESCIND', rescind: { offer_id: { value: `o${sent}` } } });
    }
    expect(frameworks().find(({ info }) => info.name === 'mute')?.disconnectedMs).toBeDefined();

    // What it was sent before stays for it a while; then the connection, with all that is buffered for it, goes.
    door.master.world.advance(DRAIN_GRACE_MS);
    mute.socket.resume();
    const receivedInAll = await mute.until(() => false);
    expect(receivedInAll.includes('\r\n0\r\n\r\n')).toBe(false);
  });

  it.each(['is it known', 'is its call unpacked'])('of a client that hangs up before %s does not begin', async (when) => {
    let goOn: () => void = () => undefined;
    let reached: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (reached = resolve));
    const gate = async () => {
      reached();
      await new Promise<void>((resolve) => (goOn = resolve));
    };
    const bodies = new BodyReader({ maxBodyBytes: 1024, maxArrivingBytes: 1024, setting: 'A_SETTING' });
    const slow = await DoorStory.start(
      when === 'is it known'
        ? { authenticator: { authenticate: () => gate().then(() => ok(undefined)) } }
        : { bodies: { read: async (request) => bodies.read(request).then((body) => gate().then(() => body)) } },
    );
    const socket = await RawSocket.connect(slow.port);
    socket.post(JSON.stringify(subscription()));
    await waiting;
    const ended = slow.connectionClosed();
    socket.close();
    await ended;
    goOn();
    await slow.stop();
    expect([...slow.master.deps.frameworks.all()]).toEqual([]);
    expect(slow.errors).toEqual([]);
  });

  it('behind another on the same connection ends with the connection', async () => {
    const socket = await raw();
    socket.post(JSON.stringify(subscription({ name: 'first', failover_timeout: 1000 })));
    socket.post(JSON.stringify(subscription({ name: 'second', failover_timeout: 1000 })));
    await socket.chunks(1);
    const streams = await Promise.all(['first', 'second'].map((name) => door.untilSubscribed(name)));
    const ended = streams.map((stream) => new Promise<void>((resolve) => stream.onClose(resolve)));
    socket.close();
    await Promise.all(ended);
  });
});
