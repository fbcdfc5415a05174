import { once } from 'node:events';
import { createServer } from 'node:net';
import { ok, refuse, type Refusal } from '@holdfast/core/base';
import type { RpcFault } from '.';
import {
  createRpcClient,
  handleDuplex,
  handleServerStream,
  handleUnary,
  type InStream,
  type OutStream,
  type RpcClient,
  type RpcHandler,
  type RpcServer,
  type ServerStream,
  startRpcServer,
} from '.';
import { echo, garbled, keepingLog, type Note } from './echo-service';

type Ending = Refusal | RpcFault | undefined;
const ending = (stream: InStream<unknown>): Promise<Ending> => new Promise((resolve) => stream.onEnd(resolve));

function kept(stream: InStream<Note>): string[] {
  const texts: string[] = [];
  stream.onMessage((note) => texts.push(note.text));
  return texts;
}

describe('streams', () => {
  const closing: (() => unknown)[] = [];
  const { log, lines } = keepingLog();

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    lines.length = 0;
  });

  async function serve(...handlers: RpcHandler[]): Promise<{ client: RpcClient; server: RpcServer }> {
    const server = await startRpcServer({ host: '127.0.0.1', port: 0, handlers, maxMessageBytes: 1_000_000, log });
    closing.push(() => server.stop(0));
    const client = createRpcClient({ address: server.address, maxMessageBytes: 1_000_000 });
    closing.push(() => client.close());
    return { client, server };
  }

  it('carries every message of a server stream, in order, encoded by it or before', async () => {
    const { client } = await serve(
      handleServerStream(echo.repeat, (note, stream) => {
        for (let i = 0; i < 50; i++) stream.send({ text: `${note.text}${i}` });
        stream.sendEncoded(Buffer.from('{"text":"last"}'));
        stream.end();
      }),
    );
    const stream = client.serverStream(echo.repeat, { text: 'n' });
    const texts = kept(stream);
    expect(await ending(stream)).toBeUndefined();
    expect(texts).toEqual([...Array.from({ length: 50 }, (_, i) => `n${i}`), 'last']);
  });

  it('brings initial metadata before the first message', async () => {
    const { client } = await serve(
      handleServerStream(echo.repeat, (_note, stream, call) => {
        call.setInitialMetadata('holdfast-stream-id', 's-1');
        stream.send({ text: 'subscribed' });
        stream.end();
      }),
    );
    const stream = client.serverStream(echo.repeat, { text: '' });
    const seen: string[] = [];
    stream.onInitialMetadata((get) => seen.push(get('holdfast-stream-id') ?? 'none'));
    stream.onMessage((note) => seen.push(note.text));
    await ending(stream);
    expect(seen).toEqual(['s-1', 'subscribed']);
  });

  it('ends a stream with the refusal that its handler gives', async () => {
    const refusal = refuse('framework_unknown', { frameworkId: 'f1' });
    const { client } = await serve(handleServerStream(echo.repeat, (_note, stream) => stream.refuse(refusal)));
    expect(await ending(client.serverStream(echo.repeat, { text: '' }))).toEqual(refusal);
  });

  it('ends a stream whose request is malformed with the refusal of it', async () => {
    const handle = jest.fn();
    const { client } = await serve(handleServerStream(echo.repeat, handle));
    expect(await ending(client.serverStream(garbled(echo.repeat), { text: '' }))).toMatchObject({ code: 'invalid_argument' });
    expect(handle).not.toHaveBeenCalled();
  });

  it('carries messages both ways on one duplex stream', async () => {
    const { client } = await serve(
      handleDuplex(echo.chat, (stream) => {
        stream.onMessage((note) => stream.send({ text: note.text.toUpperCase() }));
        stream.onEnd(() => stream.end());
      }),
    );
    const stream = client.duplex(echo.chat);
    const texts = kept(stream);
    for (const text of ['a', 'b', 'c']) stream.send({ text });
    stream.end();
    expect(await ending(stream)).toBeUndefined();
    expect(texts).toEqual(['A', 'B', 'C']);
  });

  it('ends a duplex stream with a refusal at its first malformed message, and looks at none after it', async () => {
    const seen: Note[] = [];
    const { client } = await serve(handleDuplex(echo.chat, (stream) => stream.onMessage((note) => seen.push(note))));
    const stream = client.duplex({
      ...echo.chat,
      request: { ...echo.chat.request, encode: (note) => Buffer.from(note.text === 'bad' ? '{' : JSON.stringify(note)) },
    });
    for (const text of ['good', 'bad', 'late']) stream.send({ text });
    expect(await ending(stream)).toMatchObject({ code: 'invalid_argument' });
    expect(seen).toEqual([{ text: 'good' }]);
  });

  it('looks at no message after its refusal, although a slow reader keeps the stream from ending', async () => {
    const seen: string[] = [];
    let lateCame: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (lateCame = resolve));
    const watched: typeof echo.chat = {
      ...echo.chat,
      request: {
        ...echo.chat.request,
        decode: (bytes) => {
          if (bytes.includes('late')) setImmediate(lateCame);
          return echo.chat.request.decode(bytes);
        },
      },
    };
    const { client } = await serve(
      handleDuplex(watched, (stream) => {
        stream.onMessage((note) => {
          seen.push(note.text);
          for (let i = 0; i < 40; i++) stream.send({ text: 'x'.repeat(100_000) });
          stream.refuse(refuse('framework_unknown', { frameworkId: 'f1' }));
        });
      }),
    );
    const stream = client.duplex(echo.chat);
    for (const text of ['good', 'late']) stream.send({ text });
    await late;
    expect(seen).toEqual(['good']);
    stream.cancel();
  });

  it.each([
    ['when it is called', () => { throw new TypeError('no such thing'); }], // prettier-ignore
    ['when a message comes', (stream: { onMessage(call: () => void): void }) => stream.onMessage(() => { throw new TypeError('no such thing'); })], // prettier-ignore
    ['later', async () => { throw new TypeError('no such thing'); }], // prettier-ignore
  ])('ends a stream with INTERNAL and logs, when its handler throws %s', async (_when, handle) => {
    const { client } = await serve(handleDuplex(echo.chat, handle));
    const stream = client.duplex(echo.chat);
    stream.send({ text: '' });
    expect(await ending(stream)).toMatchObject({ name: 'RpcFault', code: 'INTERNAL' });
    expect(lines).toMatchObject([{ level: 'error', fields: { path: '/holdfast.test.Echo/Chat', err: { message: 'no such thing' } } }]);
  });

  it('tells a handler that its client has gone, once', async () => {
    const closed = jest.fn();
    let serverSide: OutStream<Note> | undefined;
    const gone = new Promise<void>((resolve) => {
      void serve(
        handleServerStream(echo.repeat, (_note, stream, call) => {
          serverSide = stream;
          stream.onClose(closed);
          call.signal.addEventListener('abort', () => resolve());
          stream.send({ text: 'hello' });
        }),
      ).then(({ client }) => {
        const stream = client.serverStream(echo.repeat, { text: '' });
        stream.onMessage(() => stream.cancel());
      });
    });
    await gone;
    expect(closed).toHaveBeenCalledTimes(1);
    expect(serverSide?.closed).toBe(true);
    serverSide?.send({ text: 'to nobody' });
    const late = jest.fn();
    serverSide?.onClose(late);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('counts the bytes that a slow reader has not taken, and none once they are gone, which can be awaited', async () => {
    let serverSide: ServerStream<Note> | undefined;
    const { client } = await serve(
      handleServerStream(echo.repeat, (_note, stream) => {
        serverSide = stream;
        for (let i = 0; i < 40; i++) stream.send({ text: 'x'.repeat(100_000) });
      }),
    );
    const stream = client.serverStream(echo.repeat, { text: '' });
    // Initial metadata has come, so messages have been sent, and nobody reads them yet.
    await new Promise<void>((resolve) => stream.onInitialMetadata(() => resolve()));
    expect(serverSide?.bufferedBytes).toBeGreaterThan(2_000_000);
    const taken = serverSide?.whenTaken().then(() => serverSide?.bufferedBytes);

    let read = 0;
    await new Promise<void>((resolve) => stream.onMessage(() => (read += 1) === 40 && resolve()));
    expect(await taken).toBe(0);
    await serverSide?.whenTaken();
  });

  it('no longer waits for a reader that is gone', async () => {
    let taken: Promise<void> | undefined;
    const { client } = await serve(
      handleServerStream(echo.repeat, (_note, stream) => {
        for (let i = 0; i < 40; i++) stream.send({ text: 'x'.repeat(100_000) });
        taken = stream.whenTaken();
      }),
    );
    const stream = client.serverStream(echo.repeat, { text: '' });
    await new Promise<void>((resolve) => stream.onInitialMetadata(() => resolve()));
    stream.cancel();
    await taken;
  });

  it('ends open streams when the server stops, and takes no new calls', async () => {
    const { client, server } = await serve(
      handleDuplex(echo.chat, (stream) => stream.onMessage((note) => stream.send(note))),
      handleUnary(echo.say, (note) => ok(note)),
    );
    const stream = client.duplex(echo.chat);
    stream.send({ text: 'open' });
    await new Promise<void>((resolve) => stream.onMessage(() => resolve()));
    const ended = ending(stream);
    await server.stop();
    expect(await ended).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('the server is stopping') });
    await expect(client.unary(echo.say, { text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('ends with a fault when nobody listens, and never says that it is connected', async () => {
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as { port: number };
    nobody.close();
    await once(nobody, 'close');
    const client = createRpcClient({ address: `127.0.0.1:${port}` });
    closing.push(() => client.close());
    const stream = client.duplex(echo.chat);
    const connected = jest.fn();
    stream.onConnected(connected);
    expect(await ending(stream)).toMatchObject({ name: 'RpcFault', code: 'UNAVAILABLE' });
    expect(connected).not.toHaveBeenCalled();
  });

  it('says that it is connected before any message has come', async () => {
    const { client } = await serve(handleDuplex(echo.chat, (stream) => stream.onMessage(() => undefined)));
    await new Promise<void>((resolve) => client.duplex(echo.chat).onConnected(resolve));
  });

  it('ends a stream with a fault when the server sends what cannot be understood', async () => {
    const { client } = await serve(handleServerStream(echo.repeat, (_note, stream) => stream.sendEncoded(Buffer.from('{'))));
    const stream = client.serverStream(echo.repeat, { text: '' });
    const texts = kept(stream);
    expect(await ending(stream)).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('cannot be understood') });
    expect(texts).toEqual([]);
  });
});
