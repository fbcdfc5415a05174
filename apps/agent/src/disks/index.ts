export { deleteSandbox } from './delete-sandbox';
export { DiskFault } from './disk-fault';
export { HeldDirectory } from './held-directory';
export { hiddenRoots } from './hidden-roots';
export { type Mount, readMountTable } from './mount-table';
export { VolumeDirectories } from './volume-directories';
export type { VolumePath } from './volume-path';
