import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Client } from '@grpc/grpc-js';
import { credentials, type GrpcObject, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { descriptorSet, publicServices } from '@holdfast/contracts';
import { ok } from '@holdfast/core/base';
import { protoPath } from 'grpc-health-check';
import { createRpcClient, handleDuplex, handleUnary, startRpcServer } from '.';
import { ListenFault } from '../process';
import { echo, keepingLog } from './echo-service';

/** A client made from a .proto file, as any outsider would make it. */
function outsider(
  protoFile: string,
  service: string,
  address: string,
): Client & Record<string, (...args: unknown[]) => NodeJS.EventEmitter> {
  const loaded = loadPackageDefinition(loadSync(protoFile, { longs: String, enums: String, defaults: true, oneofs: true }));
  const constructor = service.split('.').reduce<unknown>((at, part) => (at as GrpcObject)[part], loaded) as ServiceClientConstructor;
  return new constructor(address, credentials.createInsecure()) as never;
}

describe('the RPC server', () => {
  const closing: (() => unknown)[] = [];
  const { log } = keepingLog();
  const base = { host: '127.0.0.1', port: 0, maxMessageBytes: 10_000, log };

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('answers the standard health service for itself and each service', async () => {
    const server = await startRpcServer({ ...base, handlers: [handleUnary(echo.say, (note) => ok(note))] });
    closing.push(() => server.stop(0));
    const health = outsider(protoPath, 'grpc.health.v1.Health', server.address);
    closing.push(() => health.close());
    const check = (service: string) =>
      new Promise((resolve) => health.check?.({ service }, (error: unknown, answer: unknown) => resolve(error ?? answer)));
    expect(await check('')).toEqual({ status: 'SERVING' });
    expect(await check('holdfast.test.Echo')).toEqual({ status: 'SERVING' });
    expect(await check('holdfast.test.Other')).toMatchObject({ code: 5 });
  });

  it('tells health watchers that it stops serving', async () => {
    const server = await startRpcServer({ ...base, handlers: [] });
    closing.push(() => server.stop(0));
    const health = outsider(protoPath, 'grpc.health.v1.Health', server.address);
    closing.push(() => health.close());
    const watch = health.watch?.({ service: '' }) as NodeJS.EventEmitter;
    const ended = new Promise((resolve) => watch.on('error', resolve));
    expect(await once(watch, 'data')).toEqual([{ status: 'SERVING' }]);
    const stopped = server.stop(200);
    expect(await once(watch, 'data')).toEqual([{ status: 'NOT_SERVING' }]);
    await stopped;
    // By force: the health service never ends a watch, and grpc-js forgets its connections when Channelz is off.
    expect(await ended).toBeInstanceOf(Error);
  });

  it('shows its public services by reflection', async () => {
    const server = await startRpcServer({ ...base, handlers: [], reflection: { descriptorSet, services: publicServices } });
    closing.push(() => server.stop(0));
    const proto = join(dirname(require.resolve('@grpc/reflection/package.json')), 'build/proto/grpc/reflection/v1/reflection.proto');
    const reflection = outsider(proto, 'grpc.reflection.v1.ServerReflection', server.address);
    closing.push(() => reflection.close());
    const ask = async (question: object) => {
      const stream = reflection.ServerReflectionInfo?.() as NodeJS.EventEmitter & { write(question: object): void; end(): void };
      stream.write(question);
      const [answer] = (await once(stream, 'data')) as [Record<string, never>];
      stream.end();
      await once(
        stream.on('data', () => undefined),
        'end',
      );
      return answer;
    };
    const listed = (await ask({ listServices: '' })).listServicesResponse as unknown as { service: { name: string }[] };
    expect(listed.service.map(({ name }) => name).sort()).toEqual([...publicServices].sort());
    const found = (await ask({ fileContainingSymbol: 'holdfast.v1.Volume' })).fileDescriptorResponse as unknown as {
      fileDescriptorProto: Buffer[];
    };
    const [file] = found.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    expect(file?.messageType.flatMap((message) => message.field).some((field) => field.proto3Optional)).toBe(true);
  });

  it('fails to start with the port when somebody else has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closing.push(() => other.close());
    const { port } = other.address() as { port: number };
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const failure = await startRpcServer({ ...base, port, handlers: [] }).catch((error: unknown) => error);
    jest.restoreAllMocks();
    expect(failure).toBeInstanceOf(ListenFault);
    expect(failure).toMatchObject({ port, code: 'EADDRINUSE' });
  });

  it('stops by force, after its grace, a call that does not end', async () => {
    const server = await startRpcServer({ ...base, handlers: [handleUnary(echo.say, () => new Promise<never>(() => undefined))] });
    const client = createRpcClient({ address: server.address });
    closing.push(() => client.close());
    const call = client.unary(echo.say, { text: '' }).catch((error: unknown) => error);
    await new Promise<void>((resolve) => client.duplex(echo.chat).onConnected(resolve));
    await server.stop(50);
    expect(await call).toMatchObject({ name: 'RpcFault', code: 'UNAVAILABLE' });
  });

  it('stops once, however often it is asked', async () => {
    const server = await startRpcServer({ ...base, handlers: [handleDuplex(echo.chat, () => undefined)] });
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
  });
});
