export { DiskFault, VolumeDirectories } from './volume-directories';
export type { VolumePath } from './volume-path';
