export { ExecutorBook, isCustom, type Executor } from './executor-book';
