export { createTerminal, seconds, type Streams, type Terminal } from './terminal';
export { table } from './table';
export { whileWaiting } from './while-waiting';
export {
  isoTime,
  plainAgent,
  plainDifference,
  plainEntry,
  plainFramework,
  plainHolder,
  plainRepair,
  plainResources,
  plainStore,
  plainTask,
  plainVolume,
  plainWatched,
  sizeMb,
} from './plain';
