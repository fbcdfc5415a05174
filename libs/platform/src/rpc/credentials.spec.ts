import { ok } from '@holdfast/core/base';
import { basicAuthorization, CredentialsFault } from '../credentials';
import { createRpcClient, handleDuplex, handleServerStream, handleUnary, startRpcServer, type RpcClientOptions } from '.';
import { echo, keepingLog } from './echo-service';

/** A server that answers each kind of call with the authorization it came with. */
describe('credentials of a client', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function connect(options: Omit<RpcClientOptions, 'address'>) {
    const seen = (authorization: string | undefined) => ({ text: authorization ?? 'none' });
    const server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: 10_000,
      log: keepingLog().log,
      handlers: [
        handleUnary(echo.say, (_note, call) => ok(seen(call.metadata('authorization')))),
        handleServerStream(echo.repeat, (_note, stream, call) => {
          stream.send(seen(call.metadata('authorization')));
          stream.end();
        }),
        handleDuplex(echo.chat, (stream, call) => {
          stream.onMessage(() => {
            stream.send(seen(call.metadata('authorization')));
            stream.end();
          });
        }),
      ],
    });
    closing.push(() => server.stop(0));
    const client = createRpcClient({ address: server.address, ...options });
    closing.push(() => client.close());
    return client;
  }

  it('go with every call: unary, streamed and duplex', async () => {
    const credentials = { principal: 'indexer', secret: 'sésame:ouvre-toi' };
    const client = await connect({ credentials });
    const authorization = basicAuthorization(credentials);
    for (let n = 0; n < 2; n++) expect(await client.unary(echo.say, { text: '' })).toEqual(ok({ text: authorization }));
    expect(await client.unary(echo.say, { text: '' }, { metadata: { 'holdfast-stream-id': 's' } })).toEqual(ok({ text: authorization }));
    const streamed = client.serverStream(echo.repeat, { text: '' });
    expect(await new Promise((resolve) => streamed.onMessage(resolve))).toEqual({ text: authorization });
    const duplex = client.duplex(echo.chat);
    duplex.send({ text: '' });
    expect(await new Promise((resolve) => duplex.onMessage(resolve))).toEqual({ text: authorization });
  });

  it('are not sent by a client that was given none', async () => {
    const client = await connect({});
    expect(await client.unary(echo.say, { text: '' })).toEqual(ok({ text: 'none' }));
  });

  it('are refused at once when they cannot be sent', () => {
    expect(() => createRpcClient({ address: '127.0.0.1:1', credentials: { principal: 'a:b', secret: 'c' } })).toThrow(CredentialsFault);
  });
});
