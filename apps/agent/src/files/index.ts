export { replaceFile, syncDirectory, writeAndSync, writeDurably } from './durable-file';
export { makeDirectories } from './make-directories';
export { readIfPresent } from './read-if-present';
export { removeIfPresent } from './remove-if-present';
export { describeFault, faultCode } from './system-fault';
export { checksum } from './checksum';
