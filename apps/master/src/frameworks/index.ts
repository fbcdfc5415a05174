export { EventStream, type EventStreamOptions } from './event-stream';
export { FrameworkBook, resourceFormOf, type Framework } from './framework-book';
export { RedisFrameworkStore, type FrameworkStore, type StoredFramework } from './framework-store';
