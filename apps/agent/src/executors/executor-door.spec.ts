import { serveHttp, type HttpServer } from '@holdfast/platform/process';
import { BodyReader } from '@holdfast/platform/mesos-http';
import { RawSocket } from '@holdfast/testing/http';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import type { ExecutorCall, ExecutorEvent } from '@holdfast/contracts';
import type { OutStream } from '@holdfast/platform/rpc';
import { Conversation } from './conversation';
import type { Executor } from './executor';
import { ExecutorClient } from './executor-client.fixture';
import { executorDoor } from './executor-door';

type Keeper = { find(ref: { readonly frameworkId: string; readonly executorId: string }): Executor | undefined };

let server: HttpServer;
let client: ExecutorClient;
let keeper: Keeper | undefined;
let taken: ExecutorCall[];
let maySpeak: boolean;
const log = recordedLog();

/** Stands in for an executor, with which it shares what it is spoken with through. */
const stub = (subscribe: (call: ExecutorCall, stream: OutStream<ExecutorEvent>) => Promise<void>) =>
  ({
    get maySpeak() {
      return maySpeak;
    },
    subscribe,
    talk: { update: async () => undefined },
  }) as unknown as Executor;

beforeEach(async () => {
  taken = [];
  maySpeak = true;
  const executor = stub(async (call, stream) => {
    taken.push(call);
    stream.send({ type: 'HEARTBEAT' });
    stream.send({ type: 'ERROR', message: 'n\u00f6' });
    stream.send({ type: 'SHUTDOWN' });
    stream.end();
  });
  keeper = { find: ({ frameworkId, executorId }) => (frameworkId === 'f1' && executorId === 'e1' ? executor : undefined) };
  const door = executorDoor({
    executors: () => keeper,
    toFramework: (call) => void taken.push(call),
    bodies: new BodyReader({ maxBodyBytes: 2000, maxArrivingBytes: 2000, setting: 'A_SETTING' }),
    timers: manualWorld(),
    log,
  });
  server = await serveHttp({ host: '127.0.0.1', port: 0, isReady: () => true, log, first: door });
  client = new ExecutorClient(server.address);
});
afterEach(async () => {
  client.close();
  await server.close();
});

const ids = { executor_id: { value: 'e1' }, framework_id: { value: 'f1' } };
const message = { type: 'MESSAGE', ...ids, message: { data: 'aGk=' } };

describe('POST /api/v1/executor (wire 7.2)', () => {
  it('is 503 while the agent takes over what it has left, whatever is sent', async () => {
    keeper = undefined;
    expect((await client.post('', {}, 'GET')).status).toBe(503);
    expect((await client.post(message)).status).toBe(503);
  });

  it('checks method, content type, body and Accept in this order (wire document 2)', async () => {
    const statusOf = async (...sent: Parameters<ExecutorClient['post']>) => (await client.post(...sent)).status;
    expect(await statusOf('{', { 'content-type': undefined }, 'PUT')).toBe(405);
    expect(await statusOf('{', { 'content-type': undefined })).toBe(400);
    expect(await statusOf('{', { 'content-type': 'application/json; charset=utf-8', accept: 'text/html' })).toBe(415);
    expect(await statusOf('{', { accept: 'text/html' })).toBe(400);
    expect(await statusOf({ type: 'SUBSCRIBE', ...ids }, { accept: 'text/html' })).toBe(400);
    expect(await statusOf({ type: 'SUBSCRIBE', ...ids, subscribe: {} }, { accept: 'text/html' })).toBe(406);
    expect(await statusOf(message, { accept: 'text/html' })).toBe(202);
    expect(await statusOf(' '.repeat(3000))).toBe(413);
  });

  it('refuses executors that it does not have, and calls before SUBSCRIBE; HEARTBEAT is taken from anybody', async () => {
    for (const other of [
      { ...message, executor_id: { value: 'e2' } },
      { ...message, framework_id: { value: 'f2' } },
      { type: 'SUBSCRIBE', ...ids, framework_id: { value: 'f2' }, subscribe: {} },
    ]) {
      expect((await client.post(other)).status).toBe(400);
    }
    maySpeak = false;
    expect((await client.post(message)).status).toBe(403);
    expect((await client.post({ type: 'HEARTBEAT', ...ids, executor_id: { value: 'e2' } })).status).toBe(202);
    expect(taken).toEqual([]);
  });

  it('is 501 for UNKNOWN, 400 for a type that nobody knows, 202 without a body for what is taken', async () => {
    expect((await client.post({ ...ids, type: 'UNKNOWN' })).status).toBe(501);
    expect((await client.post({ ...ids, type: 'SING' })).status).toBe(400);
    expect(await client.post(message)).toEqual({ status: 202, text: '' });
    expect(taken).toMatchObject([{ type: 'MESSAGE', data: Buffer.from('hi') }]);
  });

  it('streams each event as one chunk of plain ASCII, and ignores a stream id (wire document 3)', async () => {
    const socket = await RawSocket.connect(server.port);
    const headers = { 'Mesos-Stream-Id': 'whatever' };
    socket.post(JSON.stringify({ type: 'SUBSCRIBE', ...ids, subscribe: {} }), headers, '/api/v1/executor');
    const chunks = (await socket.chunks(3)).map((chunk) => chunk.toString('latin1'));
    expect(chunks).toEqual(['20\n{"type":"HEARTBEAT"}', '46\n{"type":"ERROR","error":{"message":"n\\u00f6"}}', '19\n{"type":"SHUTDOWN"}']);
    const head = (await socket.until(() => true)).toString().split('\r\n\r\n')[0] ?? '';
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: application\/json\r\n/);
    expect(head).not.toMatch(/Mesos-Stream-Id/i);
    socket.close();
  });

  it('speaks protobuf, both ways', async () => {
    const call: ExecutorCall = {
      type: 'SUBSCRIBE',
      frameworkId: 'f1',
      executorId: 'e1',
      unacknowledgedTasks: ['t'],
      unacknowledgedUpdates: [],
    };
    const stream = await client.subscribeInProtobuf(call);
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'application/x-protobuf']);
    expect(await stream.rest()).toEqual([{ type: 'HEARTBEAT' }, { type: 'ERROR', message: 'n\u00f6' }, { type: 'SHUTDOWN' }]);
    expect(taken).toEqual([call]);
  });

  it('leaves every other path to others', async () => {
    expect((await fetch(`${server.address}/api/v1/executors`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${server.address}/healthz`)).status).toBe(200);
  });
});

describe('the conversation with an executor (wire 7.2)', () => {
  const world = manualWorld();
  const streamOf = () => {
    const sent: string[] = [];
    const closing: (() => void)[] = [];
    const stream = {
      send: ({ type }: ExecutorEvent) => void sent.push(type),
      end: () => {
        sent.push('(end)');
        for (const call of closing) call();
      },
      onClose: (call: () => void) => void closing.push(call),
      bufferedBytes: 0,
    };
    return { sent, stream: stream as unknown as OutStream<ExecutorEvent> & { bufferedBytes: number } };
  };

  it('has a HEARTBEAT every 30 min, the first after 30 min, in the newest stream only', () => {
    const conversation = new Conversation(world, 30 * 60_000);
    const [one, two] = [streamOf(), streamOf()];
    conversation.open(one.stream);
    world.advance(30 * 60_000 - 1);
    expect(one.sent).toEqual([]);
    world.advance(1);
    expect(one.sent).toEqual(['HEARTBEAT']);
    conversation.open(two.stream);
    world.advance(30 * 60_000);
    expect([one.sent, two.sent]).toEqual([['HEARTBEAT', '(end)'], ['HEARTBEAT']]);
    conversation.close();
    world.advance(3_600_000);
    expect([two.sent, conversation.send({ type: 'SHUTDOWN' })]).toEqual([['HEARTBEAT', '(end)'], false]);
  });

  it('does not pile up messages for one that does not read', () => {
    const conversation = new Conversation(world, 1000);
    const { sent, stream } = streamOf();
    conversation.open(stream);
    stream.bufferedBytes = 17 * 1024 * 1024;
    expect(conversation.send({ type: 'MESSAGE', data: Buffer.from('x') })).toBe(false);
    expect(conversation.send({ type: 'SHUTDOWN' })).toBe(true);
    expect(sent).toEqual(['SHUTDOWN']);
    conversation.close();
  });
});
