import { runService } from '@holdfast/platform/process';
import { startAllocator } from './composition';
import { allocatorSettings } from './config';

runService({ definition: allocatorSettings, start: startAllocator });
