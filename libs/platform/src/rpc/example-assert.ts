/** A process for `handler-failure.spec.ts`: its handler breaks a promise of ours. */
import { assert } from '@holdfast/core/base';
import { defineSettings } from '../config';
import { runService } from '../process';
import { handleUnary, startRpcServer } from '.';
import { echo } from './echo-service';

runService({
  definition: defineSettings({ service: 'assert', about: 'Breaks a promise.', fields: {} }),
  async start(_settings, log) {
    const handler = handleUnary(echo.say, (note) => {
      assert(note.text !== 'break', 'nobody says break');
      return { ok: true, value: note };
    });
    const server = await startRpcServer({ host: '127.0.0.1', port: 0, handlers: [handler], maxMessageBytes: 10_000, log });
    return { endpoints: { grpc: server.address }, stop: () => server.stop() };
  },
});
