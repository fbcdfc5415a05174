import { mesosJson, mesosProtobuf, type SchedulerFormat } from '@holdfast/contracts';

/** JSON is tried first (wire document 2). */
export const FORMATS: readonly SchedulerFormat[] = [mesosJson, mesosProtobuf];
