/** A service for `run-service.spec.ts`, which runs it as a process. */
import { defineSettings, oneOf, port, secretText } from '../config';
import { type RunningService, runService, serveHttp } from '.';

class ExampleFault extends Error {
  override readonly name = 'ExampleFault';
}

runService({
  definition: defineSettings({
    service: 'example',
    about: 'Serves nothing in particular.',
    fields: {
      httpPort: port('HOLDFAST_EXAMPLE_HTTP_PORT', 0, 'Port of the HTTP door.'),
      secret: secretText('HOLDFAST_EXAMPLE_SECRET', undefined, 'Nobody is to see it.'),
      behaviour: oneOf('HOLDFAST_EXAMPLE_BEHAVIOUR', 'good', 'What goes wrong.', [
        'good',
        'start_fails',
        'start_has_bug',
        'start_hangs',
        'rejects',
        'throws',
        'stop_hangs',
      ]),
    },
  }),
  async start({ httpPort, behaviour }, log): Promise<RunningService> {
    log.debug('only at level debug');
    if (behaviour === 'start_fails') throw new ExampleFault('the disk is not there', { cause: new Error('ENOENT: /dev/nowhere') });
    if (behaviour === 'start_has_bug') throw new TypeError('no such thing');
    if (behaviour === 'start_hangs') await new Promise(() => setInterval(() => undefined, 1000));
    if (behaviour === 'rejects') setImmediate(() => void Promise.reject(new TypeError('nobody awaits this')));
    if (behaviour === 'throws')
      setImmediate(() => {
        throw new TypeError('nobody catches this');
      });
    const http = await serveHttp({ host: '127.0.0.1', port: httpPort, isReady: () => true, log });
    return {
      endpoints: { http: http.address },
      stop: () => (behaviour === 'stop_hangs' ? new Promise(() => undefined) : http.close()),
    };
  },
});
