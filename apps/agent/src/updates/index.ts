export { Repeater, type RetryTimes } from './repeater';
export { UpdateStream, type PendingStatus } from './update-stream';
