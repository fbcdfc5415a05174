export { chunksOf, RawSocket } from './raw-socket';
