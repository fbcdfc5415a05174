export { recordedLog, type RecordedLine, type RecordedLog } from './recorded-log';
