import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { schedulerCallCodec, type SchedulerCall } from '@holdfast/contracts';
import { BodyReader } from '@holdfast/platform/mesos-http';
import { RawSocket } from '@holdfast/testing/http';
import type { DoorClient, OpenStream, Sent } from './door-client.fixture';
import { DoorStory, MAX_BODY_BYTES, subscription } from './mesos-door.fixture';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const GZIP = { 'content-encoding': 'gzip' };

/** Whatever is posted: a clear refusal, bounded memory, and nobody else hears of it. */
describe('a body', () => {
  let door: DoorStory;
  let client: DoorClient;
  let stream: OpenStream;
  let frameworkId: string;

  beforeAll(async () => {
    door = await DoorStory.start();
    client = door.client();
    stream = await client.subscribe(subscription());
    frameworkId = (await stream.next())['subscribed'].framework_id.value;
    await stream.next();
  });
  afterAll(() => door.stop());
  afterEach(async () => {
    expect(door.errors).toEqual([]);
    // The other framework is served as ever.
    expect((await asUs(call('RECONCILE', { tasks: [{ task_id: { value: 'unknown' } }] }))).status).toBe(202);
    expect((await stream.next()).type).toBe('UPDATE');
  });

  const call = (type: string, message: object) => ({ framework_id: { value: frameworkId }, type, [type.toLowerCase()]: message });
  const asUs = (body: Sent['body'], headers: Sent['headers'] = {}) =>
    client.call({ headers: { 'mesos-stream-id': stream.streamId, ...headers }, ...(body !== undefined && { body }) });
  const revive = () => JSON.stringify(call('REVIVE', {}));
  const binary = (more: Partial<SchedulerCall> = {}) =>
    schedulerCallCodec.encode({ type: 'REVIVE', frameworkId, roles: [], ...more } as SchedulerCall);

  it('of JSON that ends early is refused with 400, wherever it ends', async () => {
    const whole = JSON.stringify(call('DECLINE', { offer_ids: [{ value: 'o' }], filters: { refuse_seconds: 1.5 } }));
    for (let end = 0; end < whole.length; end += 3) expect((await asUs(whole.slice(0, end))).status).toBe(400);
    expect((await asUs(whole)).status).toBe(202);
  });

  it('that ends before its Content-Length, or in the middle of a chunk, is not acted on', async () => {
    const call = JSON.stringify(subscription({ name: 'cut off' }));
    for (const [length, body] of [
      ['Content-Length: 1000', call],
      ['Transfer-Encoding: chunked', `3e8\r\n${call}`],
    ]) {
      const raw = await RawSocket.connect(door.port);
      const { socket } = raw;
      socket.write(`POST /api/v1/scheduler HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n${length}\r\n\r\n${body}`);
      socket.end();
      const receivedInAll = await raw.until(() => false);
      expect(receivedInAll.toString()).not.toContain('HTTP/1.1 200');
    }
    expect([...door.master.deps.frameworks.all()].map(({ info }) => info.name)).not.toContain('cut off');
  });

  it.each([
    ['with its length', () => Buffer.alloc(10 * MAX_BODY_BYTES, ' ')],
    ['in chunks', () => Readable.from(Array.from({ length: 160 }, () => Buffer.alloc(MAX_BODY_BYTES / 16, ' ')))],
  ])('of 10 MB, sent %s, is refused with 413 and a sentence', async (_how, body) => {
    const got = await asUs(body());
    expect(got.status).toBe(413);
    expect(got.text).toContain(`more than ${MAX_BODY_BYTES} bytes`);
  });

  it('as large as the limit is taken', async () => {
    const text = revive();
    expect((await asUs(text + ' '.repeat(MAX_BODY_BYTES - text.length))).status).toBe(202);
    expect((await asUs(text + ' '.repeat(MAX_BODY_BYTES - text.length + 1))).status).toBe(413);
  });

  it.each([1_000, 100_000])('%i levels deep gets an answer, and the master lives', async (depth) => {
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    const objects = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    for (const deep of [nested, objects]) {
      expect([202, 400]).toContain((await asUs(revive().replace(/}$/, `,"unknown":${deep}}`))).status);
      expect((await asUs(deep)).status).toBe(400);
      expect((await asUs(revive().replace(/"type":"REVIVE"/, `"type":${deep}`))).status).toBe(400);
    }
  });

  it.each([
    ['a stray byte', 'ff'],
    ['an overlong slash', 'c0af'],
    ['half a surrogate pair', 'eda080'],
    ['a cut-off character', 'e282'],
  ])('with %s is not UTF-8: 400', async (_what, bytes) => {
    const [before, after] = JSON.stringify(call('SUPPRESS', { roles: ['@'] })).split('@');
    const body = Buffer.concat([Buffer.from(before ?? ''), Buffer.from(bytes, 'hex'), Buffer.from(after ?? '')]);
    expect((await asUs(body)).status).toBe(400);
  });

  it.each([
    ['refuse_seconds a word', call('DECLINE', { filters: { refuse_seconds: 'soon' } })],
    ['refuse_seconds a bool', call('DECLINE', { filters: { refuse_seconds: true } })],
    ['a grace period of 1e30 ns', call('KILL', { task_id: { value: 't' }, kill_policy: { grace_period: { nanoseconds: 1e30 } } })],
    ['a grace period of half a nanosecond', call('KILL', { task_id: { value: 't' }, kill_policy: { grace_period: { nanoseconds: 0.5 } } })],
    ['a string that is a number', call('KILL', { task_id: { value: 7 } })],
    ['a string that is an object', call('KILL', { task_id: { value: { value: 't' } } })],
    ['bytes that are not base64', call('MESSAGE', { agent_id: { value: 'a' }, executor_id: { value: 'e' }, data: '-_-_' })],
  ])('with %s: 400', async (_what, body) => {
    const { framework_id: _, ...rest } = body;
    expect((await asUs({ framework_id: { value: frameworkId }, ...rest })).status).toBe(400);
  });

  it('with a number that JSON cannot hold gets an answer below 500', async () => {
    const body = JSON.stringify(call('DECLINE', { filters: { refuse_seconds: 7 } })).replace('7', '1e400');
    expect((await asUs(body)).status).toBeLessThan(500);
  });

  it('naming 10,000 offers, all gone, is taken like any other', async () => {
    const offer_ids = Array.from({ length: 10_000 }, (_, number) => ({ value: `o${number}` }));
    expect((await asUs(call('DECLINE', { offer_ids }))).status).toBe(202);
    expect((await asUs(call('ACCEPT', { offer_ids, operations: [] }))).status).toBe(202);
  });

  it('in single bytes is put together again', async () => {
    const socket = await RawSocket.connect(door.port);
    const text = revive();
    socket.socket.write(
      `POST /api/v1/scheduler HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nMesos-Stream-Id: ${stream.streamId}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (const byte of text + ' '.repeat(20_000)) socket.socket.write(`1\r\n${byte}\r\n`);
    socket.socket.write('0\r\n\r\n');
    expect((await socket.until((received) => received.includes('\r\n\r\n'))).toString()).toMatch(/^HTTP\/1.1 202 /);
    socket.close();
  });

  describe('of protobuf', () => {
    it('is taken, also with fields that nobody knows', async () => {
      expect((await asUs(binary(), PROTOBUF)).status).toBe(202);
      // Field 2000, a varint.
      expect((await asUs(Buffer.concat([binary(), Buffer.from('807d01', 'hex')]), PROTOBUF)).status).toBe(202);
    });

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['no message', Buffer.from('ffffffffff0badc0de', 'hex')],
      ['JSON', Buffer.from(JSON.stringify(subscription()))],
      ['a type only', Buffer.from('1001', 'hex')],
      ['a SUBSCRIBE without framework_info', Buffer.from('10011a00', 'hex')],
      ['a SUBSCRIBE whose framework_info has no user and no name', Buffer.from('10011a020a00', 'hex')],
      ['a framework id without its value', Buffer.from('0a001009', 'hex')],
    ])('with %s: 400', async (_what, body) => {
      const got = await client.call({ body, headers: PROTOBUF });
      expect([got.status, got.text === '']).toEqual([400, false]);
    });

    it('that ends early is refused, wherever it ends', async () => {
      const whole = binary({ type: 'KILL', taskId: 't', agentId: 'a' } as Partial<SchedulerCall>);
      for (let end = 0; end < whole.length; end++) expect((await asUs(whole.subarray(0, end), PROTOBUF)).status).toBe(400);
    });
  });

  describe('that is compressed', () => {
    it('with gzip is read', async () => {
      expect((await asUs(gzipSync(revive()), GZIP)).status).toBe(202);
      expect((await asUs(gzipSync(binary()), { ...GZIP, ...PROTOBUF })).status).toBe(202);
      expect((await asUs(revive(), { 'content-encoding': 'identity' })).status).toBe(202);
    });

    it.each([
      ['is not gzip', () => Buffer.from(revive())],
      ['is empty', () => Buffer.alloc(0)],
      ['ends early', () => gzipSync(revive()).subarray(0, -9)],
      ['has a wrong checksum', () => Buffer.concat([gzipSync(revive()).subarray(0, -8), Buffer.alloc(8, 1)])],
    ])('but %s: 400', async (_what, body) => {
      expect((await asUs(body(), GZIP)).status).toBe(400);
    });

    it('to a small part of 10 MB is refused with 413, and never unpacked further than the limit', async () => {
      expect((await asUs(gzipSync(Buffer.alloc(10 * MAX_BODY_BYTES, ' ')), GZIP)).status).toBe(413);
    });
  });
});

it('large bodies that arrive at once share their memory: the next large one hears 503, a small call is taken', async () => {
  const door = await DoorStory.start({
    bodies: new BodyReader({ maxBodyBytes: MAX_BODY_BYTES, maxArrivingBytes: MAX_BODY_BYTES, setting: 'A_SETTING' }),
  });
  const slow = await Promise.all([1, 2].map(() => RawSocket.connect(door.port)));
  const half = Buffer.alloc(MAX_BODY_BYTES / 2 + 65 * 1024, ' ');
  for (const socket of slow) socket.post(half, { 'Content-Length': String(MAX_BODY_BYTES) });
  const client = door.client();
  // Which of them was the one too many is the network's choice.
  const refused = await Promise.race(slow.map((socket) => socket.until((received) => received.includes('\r\n\r\n'))));
  expect(refused.toString()).toMatch(/^HTTP\/1.1 503 .*\r\n(.*\r\n)*Retry-After: 1\r\n/);
  const stream = await client.subscribe(subscription());
  expect((await stream.next()).type).toBe('SUBSCRIBED');

  // What was held is given back with the connections.
  for (const socket of slow) socket.close();
  await door.untilConnections(1);
  expect((await client.call({ body: Buffer.alloc(MAX_BODY_BYTES - 1, ' ') })).status).toBe(400);
  await door.stop();
});
