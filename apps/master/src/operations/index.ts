export { OperationBook, type TrackedOperation } from './operation-book';
