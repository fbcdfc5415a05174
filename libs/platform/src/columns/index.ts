export { inColumns } from './columns';
