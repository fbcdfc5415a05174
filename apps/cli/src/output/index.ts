export { createTerminal, seconds, type Streams, type Terminal } from './terminal';
export { table } from './table';
export { plainAgent, plainEntry, plainFramework, plainHolder, plainResources, plainTask, plainVolume, sizeMb } from './plain';
