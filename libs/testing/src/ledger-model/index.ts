export { checkHistory, type RecordedHistory } from './check-history';
export { type FinalVolume } from './history-replay';
export { type RecordedCall } from './history-calls';
export { expectLikeModel, type JudgedLedger } from './expect-like-model';
export { modelSteps, modelStepsWithLoss, someUnits, type ModelStep } from './model-steps';
export { ModelRun, type ModelCall } from './model-run';
export { EVERY_WORD } from './every-word';
