import { join } from 'node:path';
import { ok } from '@holdfast/core/base';
import { type RunningScript, runScript } from '@holdfast/testing/processes';
import { createRpcClient, RpcFault } from '.';
import { echo } from './echo-service';

let running: RunningScript | undefined;
afterEach(() => running?.kill());

it('ends the process when a handler breaks a promise of ours, and tells the log', async () => {
  const script = runScript(join(__dirname, 'example-assert.ts'));
  running = script;
  const serving = (await script.waitForLine((line) => line.msg === 'serving')) as unknown as { endpoints: { grpc: string } };
  const client = createRpcClient({ address: serving.endpoints.grpc });
  expect(await client.unary(echo.say, { text: 'fine' })).toEqual(ok({ text: 'fine' }));
  await expect(client.unary(echo.say, { text: 'break' })).rejects.toBeInstanceOf(RpcFault);
  client.close();
  expect((await script.exit).code).toBe(1);
  expect(script.lines.map((line) => line.msg)).toEqual(['starting', 'serving', 'a handler has a bug', 'a bug ends this process']);
  expect(script.lines.at(-1)).toMatchObject({ err: { type: 'Bug', message: 'nobody says break' } });
});
