/** A service for `run-service.spec.ts`, which runs it as a process: it does not stop, and has little time for that. */
import { defineSettings } from '../config';
import { runService } from '.';

runService({
  definition: defineSettings({ service: 'endless', about: 'Never stops.', fields: {} }),
  stopLimitMs: 300,
  start: async () => {
    setInterval(() => undefined, 1000);
    return { endpoints: {}, stop: () => new Promise<never>(() => undefined) };
  },
});
