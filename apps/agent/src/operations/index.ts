export { OperationFeedback, type FeedbackDeps } from './operation-feedback';
export { ResourceOperations, type BegunOperation, type OperationDeps } from './resource-operations';
