export { TaskChecks, type TaskChecksDeps, type ToldOfChecks } from './task-checks';
