/** A process for `jobs.spec.ts`: takes a job and never finishes it. */
import { defineSettings, url } from '../config';
import { runService } from '../process';
import { openWorker } from '.';

runService({
  definition: defineSettings({
    service: 'worker',
    about: 'Takes a job and never finishes it.',
    fields: { redisUrl: url('HOLDFAST_REDIS_URL', 'redis://127.0.0.1:6379', 'Where the queue is.') },
  }),
  async start({ redisUrl }, log) {
    const handle = () => {
      log.info('working');
      return new Promise<void>(() => undefined);
    };
    const worker = openWorker({ url: redisUrl, name: 'offer-cycles', log, handle });
    return { endpoints: {}, stop: () => worker.close() };
  },
});
