import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Link } from './link';

describe('a link', () => {
  let echo: Server;
  let link: Link;
  const callers: Socket[] = [];

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    link = await Link.open('test');
    link.leadTo((echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.destroy();
    await link.close();
    await new Promise((done) => echo.close(done));
  });

  const call = async (): Promise<Socket> => {
    const socket = createConnection({ port: link.port, host: '127.0.0.1' });
    callers.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const answer = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0]);
  const ask = (socket: Socket, text: string): Promise<string> => {
    socket.write(text);
    return answer(socket);
  };
  const failure = async (socket: Socket): Promise<string | undefined> => {
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [NodeJS.ErrnoException];
    return error.code;
  };

  it('passes on what is said, both ways', async () => {
    expect(await ask(await call(), 'hello')).toBe('hello');
  });

  it('refuses while cut so, ends what there was, and works again once mended', async () => {
    const before = await call();
    await ask(before, 'hello');
    const ended = once(before, 'close');
    await link.cut('refuse');
    await ended;
    const refused = createConnection({ port: link.port, host: '127.0.0.1' });
    expect(await failure(refused)).toBe('ECONNREFUSED');
    await link.mend();
    expect(await ask(await call(), 'again')).toBe('again');
  });

  it('resets while cut so', async () => {
    const before = await call();
    await ask(before, 'hello');
    const failed = failure(before);
    await link.cut('reset');
    expect(await failed).toBe('ECONNRESET');
    const during = createConnection({ port: link.port, host: '127.0.0.1' });
    callers.push(during);
    expect(await failure(during)).toBe('ECONNRESET');
  });

  it('keeps everything back while it swallows, and delivers it once mended', async () => {
    const before = await call();
    await ask(before, 'hello');
    await link.cut('swallow');
    before.write('kept');
    const during = await call();
    during.write('new');
    const heard: string[] = [];
    for (const socket of [before, during]) socket.on('data', (data) => heard.push(String(data)));
    // What goes past the link is heard meanwhile.
    const beside = createConnection({ port: (echo.address() as AddressInfo).port, host: '127.0.0.1' });
    callers.push(beside);
    expect(await ask(beside, 'beside')).toBe('beside');
    expect(heard).toEqual([]);
    const both = Promise.all([once(before, 'data'), once(during, 'data')]);
    await link.mend();
    await both;
    expect(heard.sort()).toEqual(['kept', 'new']);
  });
});
