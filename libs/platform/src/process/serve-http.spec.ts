import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { counter, histogram, observableGauge } from '../telemetry';
import { type HttpServer, type HttpServerOptions, ListenFault, serveHttp } from '.';
import type { Logger } from './logger';

const silent = () => undefined;

describe('serveHttp', () => {
  const servers: HttpServer[] = [];
  const errors: unknown[] = [];
  const log: Logger = {
    debug: silent,
    info: silent,
    warn: silent,
    error: (fields: unknown) => void errors.push(fields),
    fatal: silent,
    child: () => log,
  };

  async function serve(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
    const server = await serveHttp({ host: '127.0.0.1', port: 0, isReady: () => true, log, ...options });
    servers.push(server);
    return server;
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    errors.length = 0;
  });

  it('answers /healthz', async () => {
    const { address } = await serve();
    expect(await (await fetch(`${address}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it.each([
    [true, 200, { status: 'ready' }],
    [[], 200, { status: 'ready' }],
    [false, 503, { status: 'not_ready', reasons: ['starting'] }],
    [['no allocator'], 503, { status: 'not_ready', reasons: ['no allocator'] }],
  ])('answers /readyz when readiness is %j with %d', async (ready, code, body) => {
    const { address } = await serve({ isReady: () => ready });
    const answer = await fetch(`${address}/readyz`);
    expect(answer.status).toBe(code);
    expect(await answer.json()).toEqual(body);
  });

  it('shows every metric at /metrics, in the text format of Prometheus', async () => {
    counter('holdfast_test_offers_total', 'Offers made.').add(3, { 'holdfast.role': 'eng' });
    histogram('holdfast_test_cycle_ms', 'Length of a cycle.', [1, 10]).record(5);
    observableGauge('holdfast_test_level', 'A level.', (result) => result.observe(7));
    const { address } = await serve();
    const answer = await fetch(`${address}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await answer.text();
    expect(text).toContain('# HELP holdfast_test_offers_total Offers made.\n# TYPE holdfast_test_offers_total counter\n');
    expect(text).toContain('holdfast_test_offers_total{holdfast_role="eng"} 3\n');
    expect(text).toContain('holdfast_test_cycle_ms_bucket{le="1"} 0\nholdfast_test_cycle_ms_bucket{le="10"} 1\n');
    expect(text).toContain('holdfast_test_level 7\n');
  });

  it('shows the other metrics when one cannot be read, and says so', async () => {
    observableGauge('holdfast_test_broken', 'Breaks.', () => {
      throw new TypeError('no such level');
    });
    counter('holdfast_test_sound_total', 'Fine.').add(1);
    const { address } = await serve();
    expect(await (await fetch(`${address}/metrics`)).text()).toContain('holdfast_test_sound_total 1\n');
    expect(errors).toMatchObject([{ err: { message: 'no such level' } }]);
  });

  it('takes routes, logs their bugs and refuses bodies over the limit', async () => {
    const { address } = await serve({
      maxBodyBytes: 100,
      routes: (app) => {
        app.post('/echo', async (request) => request.body);
        app.get('/break', async () => {
          throw new TypeError('no such thing');
        });
      },
    });
    const post = (body: string) => fetch(`${address}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await (await post('{"a":1}')).json()).toEqual({ a: 1 });
    expect((await post(JSON.stringify('x'.repeat(200)))).status).toBe(413);
    expect(errors).toEqual([]);
    expect((await fetch(`${address}/break`)).status).toBe(500);
    expect(errors).toMatchObject([{ url: '/break', err: { message: 'no such thing' } }]);
  });

  it('lets somebody see each request before the routes, its body unread', async () => {
    const { address } = await serve({
      maxBodyBytes: 100,
      first: (request, response) => {
        if (request.url !== '/raw') return false;
        request.pipe(response);
        return true;
      },
      routes: (app) => void app.post('/echo', async () => 'route'),
    });
    const post = (path: string, body: string) =>
      fetch(address + path, { method: 'POST', headers: { 'content-type': 'no type at all' }, body }).then((answer) => answer.text());
    expect(await post('/raw', 'x'.repeat(200))).toBe('x'.repeat(200));
    expect(await (await fetch(`${address}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${address}/echo`, { method: 'POST' })).text()).toBe('route');
  });

  it.each([
    ['GET', undefined],
    ['POST', ''],
    ['POST', '{'],
  ])('has nothing at other paths: 404 to %s, its body unread: %j', async (method, body) => {
    const { address } = await serve();
    const answer = await fetch(`${address}/other`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    expect([answer.status, await answer.text()]).toEqual([404, 'Nothing is at /other.']);
  });

  it.each([
    ['head', 'POST /healthz HTTP/1.1\r\nHost: h\r\n'],
    ['body', 'POST /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf'],
  ])('ends a connection whose request stays without the rest of its %s', async (_part, half) => {
    const { port } = await serve({
      requestTimeoutMs: 100,
      first: (request, response) => {
        request.on('end', () => response.end()).resume();
        return true;
      },
    });
    const socket = connect(port, '127.0.0.1', () => socket.write(half));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('fails with the port when somebody else has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failure = await serve({ port }).catch((error: unknown) => error);
    other.close();
    expect(failure).toBeInstanceOf(ListenFault);
    expect(failure).toMatchObject({ port, code: 'EADDRINUSE' });
  });

  it('closes although an event stream is open and a connection is idle', async () => {
    const server = await serve({ routes: (app) => void app.get('/events', (_request, reply) => void reply.hijack().raw.write('event\n')) });
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    const ended = once(idle, 'close');
    const events = await fetch(`${server.address}/events`);
    const reader = events.body?.getReader();
    await reader?.read();
    await server.close();
    await expect(reader?.read()).rejects.toThrow();
    await ended;
  });
});
