import { OPERATOR_SERVICE } from './operator-service';
import { SCHEDULER_SERVICE } from './scheduler-service';
import { VOLUME_SERVICE } from './volume-service';

export { schedulerService } from './scheduler-service';
export { operatorService } from './operator-service';
export { volumeService } from './volume-service';
export { agentLinkService } from './agent-link-service';
export { allocatorService } from './allocator-service';
export { volumeRegistryService } from './volume-registry-service';

/** What reflection shows: the services of the public API, by full name. */
export const publicServices: string[] = [SCHEDULER_SERVICE, OPERATOR_SERVICE, VOLUME_SERVICE];
