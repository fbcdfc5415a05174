import { runService } from '@holdfast/platform/process';
import { startRegistry } from './composition';
import { registrySettings } from './config';

runService({ definition: registrySettings, start: startRegistry });
