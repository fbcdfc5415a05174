export { everyMessage, type MessageKind } from './every-message';
