/** A process for `tracing.spec.ts`: a server and a client of its own, Redis, a job, and spans around them. */
import { connectRedis } from '../redis';
import { openQueue, openWorker } from '../jobs';
import { type RunningService, runService } from '../process';
import { createRpcClient, handleDuplex, handleUnary, startRpcServer } from '../rpc';
import { echo } from '../rpc/echo-service';
import { defineSettings, url } from '../config';
import { ATTR, currentTraceParent, isTracing, recordSpan, withSpan } from '.';

runService({
  definition: defineSettings({
    service: 'traced',
    about: 'Makes spans.',
    fields: { redisUrl: url('HOLDFAST_REDIS_URL', 'redis://127.0.0.1:6379', 'For the ioredis spans.') },
  }),
  async start({ redisUrl }, log): Promise<RunningService> {
    const redis = connectRedis({ url: redisUrl, name: 'traced', log, whileAway: 'wait' });
    const server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: 100_000,
      log,
      handlers: [
        handleUnary(echo.say, async (note) =>
          withSpan('handle note', { [ATTR.offerCount]: 2 }, async () => {
            await redis.set('note', note.text);
            return { ok: true, value: { text: currentTraceParent() ?? 'none' } };
          }),
        ),
        handleDuplex(echo.chat, (stream) => {
          stream.onMessage((note) => withSpan('handle message', {}, () => stream.send(note), { traceParent: note.text }));
          stream.onEnd(() => stream.end());
        }),
      ],
    });
    const client = createRpcClient({ address: server.address });
    const queue = openQueue<{ from: string }>({ url: redisUrl, name: 'traced', log });
    const worked = new Promise<void>((resolve) => {
      const worker = openWorker<{ from: string }>({
        url: redisUrl,
        name: 'traced',
        log,
        handle: () => withSpan('do job', {}, () => resolve()),
      });
      closing.push(() => worker.close());
    });
    closing.push(
      async () => client.close(),
      () => queue.close(),
      () => server.stop(0),
      async () => redis.disconnect(),
    );

    const sdkLoaded = Object.keys(require.cache).some((file) => /@opentelemetry.(sdk-node|instrumentation)/.test(file));
    log.info({ tracing: isTracing(), sdkLoaded, outside: currentTraceParent() ?? null }, 'before');
    await withSpan('accept', { [ATTR.frameworkId]: 'f-1' }, async (span) => {
      span.addEvent('asked');
      const parent = currentTraceParent();
      log.info({ parent: parent ?? null }, 'inside');
      const answer = await client.unary(echo.say, { text: 'hello' });
      log.info({ answer }, 'answered');
      await chat(parent ?? 'none');
      await queue.trigger('job', { from: 'accept' });
    });
    await worked;
    recordSpan(
      'past',
      {},
      { startMs: 1000, endMs: 2000 },
      { root: true, links: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'] },
    );
    await withSpan('fails', {}, async () => Promise.reject(new Error('it failed')), { root: true }).catch(() => undefined);
    return {
      endpoints: {},
      stop: async () => {
        for (const close of closing) await close();
      },
    };

    function chat(text: string): Promise<void> {
      const stream = client.duplex(echo.chat);
      return new Promise((resolve) => {
        stream.onMessage(() => stream.end());
        stream.onEnd(() => resolve());
        stream.send({ text });
      });
    }
  },
});

const closing: (() => Promise<void>)[] = [];
