export { ExecutorBook, type Executor } from './executor-book';
