export { DiskFault, VolumeDirectories } from './volume-directories';
export { type Mount, readMountTable } from './mount-table';
export type { VolumePath } from './volume-path';
