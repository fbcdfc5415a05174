import { runService } from '@holdfast/platform/process';
import { realWorld } from '@holdfast/platform/world';
import { startAgent } from './composition';
import { agentSettings } from './config';

runService({
  definition: agentSettings,
  start: (settings, log) =>
    startAgent(settings, log, {
      world: realWorld(),
      endProcess: (problem, err) => {
        log.fatal({ err }, problem);
        process.exit(1);
      },
    }),
});
