export { manualWorld, type ManualWorld } from './manual-world';
