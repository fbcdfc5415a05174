export { chooseIsolation } from './choose-isolation';
export { Container, launchVariable } from './container';
export { type ContainerEnd, endOf, readContainerLog } from './container-log';
export { ContainerRuntime, LaunchFault, type RuntimeDeps } from './container-runtime';
export type { ContainerMount, ContainerSpec, Isolation } from './container-spec';
export { taskEnvironment } from './environment';
export { defaultSpawnerPath } from './spawner-process';
