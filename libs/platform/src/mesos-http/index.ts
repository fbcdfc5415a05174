export { send, type Answer } from './answer';
export { failRequest } from './fail-request';
export { formatOf, negotiate, type BodyFormat } from './negotiate';
export { BodyReader, type BodyLimits } from './read-body';
export { DRAIN_GRACE_MS, RecordStream, type EventFormat, type RecordStreamOptions } from './record-stream';
export { bodyChecks, firstRefusal, NOT_ACCEPTABLE, type BodyHead, type HeadCheck } from './request-checks';
