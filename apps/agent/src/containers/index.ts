export { CgroupFault, type Cgroup, type Cgroups } from './cgroups';
export { chooseIsolation, type Enforcement, enforcementAttributes, type NotEnforced } from './choose-isolation';
export { Container, launchVariable } from './container';
export { type ContainerEnd, endOf, type LimitReached, readContainerLog } from './container-log';
export { ContainerRuntime, LaunchFault, type RuntimeDeps } from './container-runtime';
export type { ContainerLimits, ContainerMount, ContainerSpec, ContainerUsage, ExecEnd, ExecRequest, Isolation } from './container-spec';
export { taskEnvironment } from './environment';
export { type OutputBounds, rotateOutput } from './rotate-output';
export { defaultSpawnerPath } from './spawner-process';
