import { runService } from '@holdfast/platform/process';
import { startMaster } from './composition';
import { masterSettings } from './config';

runService({ definition: masterSettings, start: startMaster });
