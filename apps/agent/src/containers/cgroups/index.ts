export { CgroupFault } from './cgroup-files';
export type { Cgroup, Cgroups } from './cgroups';
export { CGROUP_MOUNTS, openCgroups } from './open-cgroups';
