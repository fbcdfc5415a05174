export { groupIdsProblem, parseGroupIds } from './group-ids';
export { type PreparedVolumes, VolumeAccess, type VolumeAccessDeps } from './volume-access';
export { observeGroupIds } from './volume-access-metrics';
