export { failpoint } from './failpoint';
export { FAILPOINTS, type FailpointName } from './failpoint-name';
