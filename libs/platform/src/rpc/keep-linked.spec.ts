import { type Refusal } from '@holdfast/core/base';
import type { RpcFault } from '.';
import {
  createRpcClient,
  type DuplexClient,
  handleDuplex,
  keepLinked,
  type KeptLink,
  type OutStream,
  type RpcServer,
  startRpcServer,
} from '.';
import type { Logger } from '../process';
import { echo, keepingLog, type Note } from './echo-service';

/** Calls that a test can wait for, in order. */
function events<T>(): { readonly push: (value: T) => void; readonly next: () => Promise<T>; readonly waiting: () => number } {
  const values: T[] = [];
  const takers: ((value: T) => void)[] = [];
  return {
    push: (value) => {
      const taker = takers.shift();
      if (taker) taker(value);
      else values.push(value);
    },
    next: () => {
      const value = values.shift();
      return value === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(value);
    },
    waiting: () => values.length,
  };
}

describe('keepLinked', () => {
  const closing: (() => unknown)[] = [];
  let onWarning = () => undefined as void;
  const { log: keeping, lines } = keepingLog();
  const warn = (fields: object | string, message?: string) => {
    lines.push({ level: 'warn', message: message ?? String(fields), fields: Object(fields) as object });
    onWarning();
  };
  const log: Logger = { ...keeping, warn };
  let ups = events<DuplexClient<Note, Note>>();
  let downs = events<{ reason: Refusal | RpcFault | undefined }>();

  beforeEach(() => {
    ups = events();
    downs = events();
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    lines.length = 0;
  });

  async function serve(port = 0): Promise<RpcServer & { streams: OutStream<Note>[] }> {
    const streams: OutStream<Note>[] = [];
    const chat = handleDuplex(echo.chat, (stream) => {
      streams.push(stream);
      stream.onMessage((note) => stream.send(note));
    });
    const server = await startRpcServer({ host: '127.0.0.1', port, handlers: [chat], maxMessageBytes: 10_000, log });
    closing.push(() => server.stop(0));
    return { ...server, streams };
  }

  function link(address: string): KeptLink {
    const client = createRpcClient({ address });
    closing.push(() => client.close());
    const kept = keepLinked({
      connect: () => client.duplex(echo.chat),
      onUp: (up) => ups.push(up),
      onDown: (reason) => downs.push({ reason }),
      backoff: { initialMs: 5, maxMs: 50 },
      log,
    });
    closing.push(() => kept.stop());
    return kept;
  }

  const answer = async (up: DuplexClient<Note, Note>) => {
    up.send({ text: 'there?' });
    return new Promise<Note>((resolve) => up.onMessage(resolve));
  };

  it('links, and links anew when the server comes back on its port', async () => {
    const first = await serve();
    link(first.address);
    expect(await answer(await ups.next())).toEqual({ text: 'there?' });
    await first.stop(0);
    expect((await downs.next()).reason).toMatchObject({ code: 'UNAVAILABLE' });
    await serve(first.port);
    expect(await answer(await ups.next())).toEqual({ text: 'there?' });
  });

  it('waits for a server that is not there yet, complains once, and is never down before it was up', async () => {
    const gone = await serve();
    await gone.stop();
    const complained = new Promise<void>((resolve) => (onWarning = resolve));
    link(gone.address);
    await complained;
    await serve(gone.port);
    await ups.next();
    expect(downs.waiting()).toBe(0);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('comes back after an orderly end, too', async () => {
    const server = await serve();
    link(server.address);
    await answer(await ups.next());
    server.streams[0]?.end();
    expect((await downs.next()).reason).toBeUndefined();
    await ups.next();
  });

  it('ends for good when stopped: no more attempts, nobody told', async () => {
    const server = await serve();
    const kept = link(server.address);
    await answer(await ups.next());
    const closed = new Promise<void>((resolve) => server.streams[0]?.onClose(resolve));
    kept.stop();
    await closed;
    await server.stop();
    expect(downs.waiting()).toBe(0);
    expect(server.streams).toHaveLength(1);
  });
});
