export { cursorOn } from './cursor';
export { fishScript } from './fish-script';
export { knownToMaster } from './known-to-master';
export { wantedOn, type Suggestion } from './wanted';
