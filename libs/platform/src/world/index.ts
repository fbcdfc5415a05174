export { realWorld } from './real-world';
