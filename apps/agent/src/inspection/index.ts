export { foreignMounts } from './foreign-mounts';
export { inspectStore, type InspectionDeps } from './inspect-store';
