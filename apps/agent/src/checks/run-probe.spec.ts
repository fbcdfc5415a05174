import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { Probe } from '@holdfast/core/tasks';
import type { ExecEnd } from '../containers';
import { describeProbe, isSameResult } from './probe-outcome';
import { runProbe } from './run-probe';

const open = new Set<TcpServer | Server>();
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all([...open].map((server) => new Promise((resolve) => server.close(resolve))));
  open.clear();
  sockets.clear();
});

async function listening(server: TcpServer | Server): Promise<number> {
  open.add(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const answering = (handle: (request: IncomingMessage, answer: ServerResponse) => void) => listening(createServer(handle));

const never = () => new AbortController().signal;
const noExec = () => Promise.reject(new Error('no command is to be run'));
const ask = (probe: Probe, timeoutMs = 60_000, signal = never()) => runProbe(probe, timeoutMs, signal, { exec: noExec });
const http = (port: number, more: Partial<Extract<Probe, { kind: 'http' }>> = {}): Probe => ({
  kind: 'http',
  scheme: 'http',
  port,
  path: '/health?x=1',
  statuses: [],
  ...more,
});

describe('over HTTP', () => {
  it.each([
    [200, true],
    [204, true],
    [302, true],
    [399, true],
    [400, false],
    [500, false],
  ])('%d is good: %s, unless other statuses are wanted', async (status, isGood) => {
    const asked: string[] = [];
    const port = await answering(({ method, url, headers }, answer) => {
      asked.push(`${method} ${url} ${headers.host}`);
      // Not followed: what a redirect leads to is another machine's health, perhaps.
      answer.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
    });
    const problem = isGood ? {} : { problem: `it answered with status ${status}` };
    expect(await ask(http(port))).toEqual({ result: { kind: 'http', statusCode: status }, isGood, ...problem });
    expect(asked).toEqual([`GET /health?x=1 127.0.0.1:${port}`]);
    expect((await ask(http(port, { statuses: [status] }))).isGood).toBe(true);
    expect((await ask(http(port, { statuses: [299] }))).isGood).toBe(false);
  });

  it('the status is enough, whatever comes after it and whether that ends', async () => {
    const port = await answering((_request, answer) => void answer.writeHead(200).write('x'));
    expect(await ask(http(port))).toMatchObject({ isGood: true });
  });

  it('nobody listening is a failure, without a status', async () => {
    const port = await answering(() => undefined);
    for (const server of open) server.close();
    open.clear();
    expect(await ask(http(port))).toEqual({ result: { kind: 'http' }, isGood: false, problem: 'connection refused (ECONNREFUSED)' });
  });

  it('something that does not speak HTTP is a failure', async () => {
    const port = await listening(createTcpServer((socket) => socket.end('220 smtp\r\n')));
    expect(await ask(http(port))).toMatchObject({ result: { kind: 'http' }, isGood: false });
    expect(await ask(http(port, { scheme: 'https' }))).toMatchObject({ result: { kind: 'http' }, isGood: false });
  });

  it('no answer is one when the time is up', async () => {
    const timeUp = new AbortController();
    const port = await answering(() => timeUp.abort());
    expect(await ask(http(port), 70, timeUp.signal)).toEqual({
      result: { kind: 'http' },
      isGood: false,
      problem: 'it did not answer within 70 ms',
    });
  });
});

describe('over TCP', () => {
  const tcp = (port: number): Probe => ({ kind: 'tcp', port });

  it('a connection is enough', async () => {
    expect(await ask(tcp(await listening(createTcpServer())))).toEqual({ result: { kind: 'tcp', succeeded: true }, isGood: true });
  });

  it('none is a failure', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    open.clear();
    expect(await ask(tcp(port))).toEqual({
      result: { kind: 'tcp', succeeded: false },
      isGood: false,
      problem: 'connection refused (ECONNREFUSED)',
    });
  });

  it('one that does not come about in time is a failure', async () => {
    const problem = 'it did not answer within 5 ms';
    expect(await ask(tcp(1), 5, AbortSignal.abort())).toEqual({ result: { kind: 'tcp', succeeded: false }, isGood: false, problem });
  });
});

describe('by a command', () => {
  const probe: Probe = { kind: 'command', command: { shell: true, value: 'test -e up', args: [], environment: [] } };

  it.each<[ExecEnd, object]>([
    [
      { kind: 'exited', code: 0 },
      { result: { kind: 'command', exitCode: 0 }, isGood: true },
    ],
    [
      { kind: 'exited', code: 2 },
      { result: { kind: 'command', exitCode: 2 }, isGood: false, problem: 'its command exited with status 2' },
    ],
    [{ kind: 'timed_out' }, { result: { kind: 'command' }, isGood: false, problem: 'it did not answer within 50 ms' }],
    [
      { kind: 'failed', problem: 'no such user' },
      { result: { kind: 'command' }, isGood: false, problem: 'its command could not be run: no such user' },
    ],
  ])('%j', async (end, outcome) => {
    const asked: unknown[] = [];
    const exec = (...request: unknown[]) => {
      asked.push(request);
      return Promise.resolve(end);
    };
    expect(await runProbe(probe, 50, never(), { exec })).toEqual(outcome);
    expect(asked).toEqual([[{ shell: true, value: 'test -e up', args: [], environment: [] }, 50]]);
  });

  it('what cannot even be tried is a failure', async () => {
    expect(await ask(probe)).toEqual({ result: { kind: 'command' }, isGood: false, problem: 'no command is to be run' });
  });
});

it('results are compared by what they say', () => {
  expect(isSameResult({ kind: 'command', exitCode: 0 }, { kind: 'command', exitCode: 0 })).toBe(true);
  expect(isSameResult({ kind: 'command', exitCode: 0 }, { kind: 'command' })).toBe(false);
  expect(isSameResult({ kind: 'http', statusCode: 200 }, { kind: 'http', statusCode: 201 })).toBe(false);
  expect(isSameResult({ kind: 'tcp', succeeded: false }, { kind: 'tcp', succeeded: true })).toBe(false);
});

it('a probe is named by what it asks', () => {
  expect(describeProbe(http(80, { scheme: 'https' }))).toBe('(https://127.0.0.1:80/health?x=1)');
  expect(describeProbe({ kind: 'tcp', port: 80 })).toBe('(TCP port 80)');
  const command = { shell: false, value: '/bin/test', args: ['test', '-e', 'up'], environment: [] };
  expect(describeProbe({ kind: 'command', command })).toBe('(command /bin/test -e up)');
});
