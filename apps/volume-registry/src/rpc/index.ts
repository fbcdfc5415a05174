export { registryHandlers } from './registry-service';
