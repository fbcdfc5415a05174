import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { ok, refuse, refused } from '@holdfast/core/base';
import { createRpcClient, handleUnary, RpcFault, type RpcHandler, startRpcServer, type RpcClient, type RpcServer } from '.';
import { echo, garbled, keepingLog, type Note } from './echo-service';

describe('unary calls', () => {
  const closing: (() => unknown)[] = [];
  const { log, lines } = keepingLog();

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    lines.length = 0;
  });

  async function serve(...handlers: RpcHandler[]): Promise<{ client: RpcClient; server: RpcServer }> {
    const server = await startRpcServer({ host: '127.0.0.1', port: 0, handlers, maxMessageBytes: 10_000, log });
    closing.push(() => server.stop(0));
    const client = createRpcClient({ address: server.address });
    closing.push(() => client.close());
    return { client, server };
  }

  it('carries a request there and an answer back', async () => {
    const { client } = await serve(handleUnary(echo.say, (note) => ok({ text: `${note.text}!` })));
    expect(await client.unary(echo.say, { text: 'hold' })).toEqual(ok({ text: 'hold!' }));
  });

  it('waits for handlers that answer later', async () => {
    const { client } = await serve(handleUnary(echo.say, async (note) => ok({ text: `${note.text}!` })));
    expect(await client.unary(echo.say, { text: 'hold' })).toEqual(ok({ text: 'hold!' }));
  });

  it('carries metadata there, and initial metadata back', async () => {
    const { server } = await serve(
      handleUnary(echo.say, (_note, call) => {
        call.setInitialMetadata('holdfast-stream-id', `of ${call.metadata('who')}`);
        return ok({ text: call.peer });
      }),
    );
    const bare = new Client(server.address, credentials.createInsecure());
    closing.push(() => bare.close());
    const metadata = new Metadata();
    metadata.set('who', 'f1');
    const asIs = (bytes: Buffer) => bytes;
    const streamId = await new Promise((resolve, reject) => {
      bare
        .makeUnaryRequest(
          '/holdfast.test.Echo/Say',
          asIs,
          asIs,
          Buffer.from('{"text":""}'),
          metadata,
          {},
          (error) => error && reject(error),
        )
        .on('metadata', (initial: Metadata) => resolve(initial.get('holdfast-stream-id')[0]));
    });
    expect(streamId).toBe('of f1');
  });

  it('turns a refusal into its status and back into the same refusal', async () => {
    const refusal = refuse('stale_epoch', { epoch: 3, highest: 5 });
    const { client, server } = await serve(handleUnary(echo.say, () => refused(refusal)));
    expect(await client.unary(echo.say, { text: '' })).toEqual(refused(refusal));
    expect(await statusOf(server)).toMatchObject({ code: status.ABORTED, details: refusal.message });
  });

  it('refuses a malformed request without asking the handler', async () => {
    const handle = jest.fn(() => ok({ text: '' }));
    const { client } = await serve(handleUnary(echo.say, handle));
    expect(await client.unary(garbled(echo.say), { text: '' })).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
    expect(handle).not.toHaveBeenCalled();
  });

  it('refuses a request over the limit in words that help, and keeps RESOURCE_EXHAUSTED', async () => {
    const { client, server } = await serve(handleUnary(echo.say, (note) => ok(note)));
    expect(await client.unary(echo.say, { text: 'x'.repeat(20_000) })).toEqual(
      refused(refuse('message_too_large', { limitBytes: 10_000 })),
    );
    expect(await statusOf(server, 'x'.repeat(20_000))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(await client.unary(echo.say, { text: 'small' })).toEqual(ok({ text: 'small' }));
  });

  it('answers INTERNAL to a bug of a handler, logs its stack and serves on', async () => {
    const { client } = await serve(
      handleUnary(echo.say, (note) => {
        if (note.text === 'break') throw new TypeError('no such thing');
        return ok(note);
      }),
    );
    await expect(client.unary(echo.say, { text: 'break' })).rejects.toMatchObject({ name: 'RpcFault', code: 'INTERNAL' });
    expect(lines).toMatchObject([
      { level: 'error', message: 'a handler has a bug', fields: { err: { stack: expect.stringContaining('unary.spec') } } },
    ]);
    expect(await client.unary(echo.say, { text: 'on' })).toEqual(ok({ text: 'on' }));
  });

  it('answers INTERNAL when an answer cannot be encoded', async () => {
    const { client } = await serve(handleUnary(echo.say, () => ok({ text: 1n as unknown as string })));
    await expect(client.unary(echo.say, { text: '' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it.each([
    ['at once', () => { throw new RpcFault('allocator is away', 'UNAVAILABLE'); }], // prettier-ignore
    ['later', async () => { throw new RpcFault('allocator is away', 'UNAVAILABLE'); }], // prettier-ignore
  ])('answers UNAVAILABLE to a fault that a handler throws %s', async (_when, handle: () => Promise<never>) => {
    const { client } = await serve(handleUnary(echo.say, handle));
    await expect(client.unary(echo.say, { text: '' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('allocator is away'),
    });
  });

  it('throws a fault that names method and address when nobody is there', async () => {
    const { server } = await serve();
    await server.stop();
    const client = createRpcClient({ address: server.address });
    closing.push(() => client.close());
    await expect(client.unary(echo.say, { text: '' })).rejects.toMatchObject({
      name: 'RpcFault',
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`/holdfast.test.Echo/Say at ${server.address}`),
    });
  });

  it('gives up at the deadline, and tells the handler', async () => {
    let aborted: Promise<unknown> = Promise.resolve();
    const { client } = await serve(
      handleUnary(echo.say, (_note, call) => {
        aborted = new Promise((resolve) => call.signal.addEventListener('abort', resolve));
        return new Promise<never>(() => undefined);
      }),
    );
    await expect(client.unary(echo.say, { text: '' }, { deadlineMs: 50 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await aborted;
  });

  it('finishes a call under way when the server stops', async () => {
    let answer: (note: Note) => void = () => undefined;
    let started: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (started = resolve));
    const { client, server } = await serve(
      handleUnary(echo.say, () => {
        started();
        return new Promise((resolve) => (answer = (note) => resolve(ok(note))));
      }),
    );
    const call = client.unary(echo.say, { text: '' });
    await begun;
    const stopped = server.stop();
    answer({ text: 'still here' });
    expect(await call).toEqual(ok({ text: 'still here' }));
    client.close();
    await stopped;
  });

  /** What a client that knows nothing of ours sees. */
  async function statusOf(server: RpcServer, body = '{}'): Promise<unknown> {
    const bare = new Client(server.address, credentials.createInsecure());
    closing.push(() => bare.close());
    const asIs = (bytes: Buffer) => bytes;
    return new Promise((resolve) => bare.makeUnaryRequest('/holdfast.test.Echo/Say', asIs, asIs, Buffer.from(body), resolve));
  }
});
