export { ResourceOperations, type BegunOperation, type OperationDeps } from './resource-operations';
