export { inspectStore, type InspectionDeps } from './inspect-store';
