import {
  agentsAnswerCodec,
  emptyCodec,
  frameworksAnswerCodec,
  killTaskRequestCodec,
  tasksAnswerCodec,
  tasksQueryCodec,
  versionAnswerCodec,
} from '../codec';
import { unary } from './rpc-kind';

export const OPERATOR_SERVICE = 'holdfast.v1.OperatorService';

/** What operators ask the master. */
export const operatorService = {
  getVersion: unary(OPERATOR_SERVICE, 'GetVersion', emptyCodec, versionAnswerCodec),
  getAgents: unary(OPERATOR_SERVICE, 'GetAgents', emptyCodec, agentsAnswerCodec),
  getFrameworks: unary(OPERATOR_SERVICE, 'GetFrameworks', emptyCodec, frameworksAnswerCodec),
  getTasks: unary(OPERATOR_SERVICE, 'GetTasks', tasksQueryCodec, tasksAnswerCodec),
  killTask: unary(OPERATOR_SERVICE, 'KillTask', killTaskRequestCodec, emptyCodec),
} as const;
