import type { Resources } from '@holdfast/core/resources';
import { containerPathProblem, needsCheckpoint, Resources as Sum, type Resource } from '@holdfast/core/resources';
import { type TaskInfo, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Isolation, NotEnforced } from '../containers';
import { launchFailed, type TaskEnd } from './end-status';

/** What a launch is judged against, at its place in the order of operations. */
export interface LaunchSurroundings {
  /** Dynamic reservations and volumes that the agent has. */
  readonly checkpointed: Resources;
  readonly destroying: ReadonlySet<VolumeKey>;
  readonly creationFailure: (volume: VolumeKey) => string | undefined;
  readonly isolation: Isolation;
  /** What this agent cannot keep its tasks from. */
  readonly notEnforced?: readonly NotEnforced[];
  /** Another user than the agent's own, as whom the task is to run. */
  readonly user?: string;
  /** Whether the agent may become somebody else. */
  readonly isRoot: boolean;
}

/** Undefined: it can be started. Otherwise how it ends instead. */
export function refuseLaunch(info: TaskInfo, surroundings: LaunchSurroundings): TaskEnd | undefined {
  const volumes = volumesOf(info);
  return (
    invalid(info, volumes) ??
    unknownResources(info, volumes, surroundings) ??
    notHere(volumes, surroundings) ??
    notWithin(info, surroundings) ??
    notAs(surroundings)
  );
}

/** A custom executor knows itself what its tasks are to do; it is the executor then that needs a command. */
function invalid({ command, executor }: TaskInfo, volumes: readonly TaskVolume[]): TaskEnd | undefined {
  const isCustom = executor?.type === 'CUSTOM';
  const missing = isCustom ? 'its executor has no command' : 'it has no command';
  const problem = (isCustom ? executor.command : command)?.value ? containerPathsProblem(volumes) : missing;
  if (problem === undefined) return undefined;
  return { state: 'TASK_ERROR', source: 'SOURCE_AGENT', reason: 'REASON_TASK_INVALID', message: `The task is invalid: ${problem}` };
}

/** Names that the agent itself uses in a sandbox. */
const TAKEN = ['stdout', 'stderr'];

function containerPathsProblem(volumes: readonly TaskVolume[]): string | undefined {
  const places: string[] = [];
  for (const { volume, containerPath } of volumes) {
    const problem = containerPathProblem(containerPath);
    if (problem !== undefined) return `the container path of volume ${volume} ${problem}`;
    const place = `${containerPath.split('/').filter(Boolean).join('/')}/`;
    // One inside the other would make a directory in a volume, or follow a link in it.
    const clash = [...places, ...TAKEN.map((name) => `${name}/`)].find((other) => place.startsWith(other) || other.startsWith(place));
    if (clash !== undefined) return `the container path ${containerPath} of volume ${volume} and ${clash.slice(0, -1)} overlap`;
    places.push(place);
  }
  return undefined;
}

/** Volumes and reservations that the agent does not have: an offer from before they went, or an operation that failed. */
function unknownResources(info: TaskInfo, volumes: readonly TaskVolume[], known: LaunchSurroundings): TaskEnd | undefined {
  for (const { volume, resource } of volumes) {
    if (known.checkpointed.contains(oneOf(resource)) && !known.destroying.has(volume)) continue;
    const failure = known.creationFailure(volume);
    if (failure !== undefined) return launchFailed(`volume ${volume} could not be created: ${failure}`);
    return dropped(known.destroying.has(volume) ? `volume ${volume} is being destroyed` : `volume ${volume} is not on this agent`);
  }
  const reserved = info.resources.unallocate().filter((resource) => needsCheckpoint(resource) && resource.disk?.persistence === undefined);
  return known.checkpointed.contains(reserved) ? undefined : dropped(`${reserved} is not reserved on this agent`);
}

/** Whatever copies the task holds, the agent has the volume once. */
const oneOf = (resource: Resource): Resources => Sum.of([resource]).unallocate();

const dropped = (problem: string): TaskEnd => ({
  state: 'TASK_DROPPED',
  source: 'SOURCE_AGENT',
  reason: 'REASON_RESOURCES_UNKNOWN',
  message: `The task uses resources that the agent does not have: ${problem}`,
});

/** Not being able to keep a volume from being written to is no reason to hand it over for writing. */
function notHere(volumes: readonly TaskVolume[], { isolation }: LaunchSurroundings): TaskEnd | undefined {
  if (isolation === 'namespaces') return undefined;
  const readOnly = volumes.find(({ mode }) => mode === 'RO');
  return (
    readOnly &&
    launchFailed(
      `volume ${readOnly.volume} is wanted read-only, which this agent cannot enforce: it runs without namespaces (HOLDFAST_AGENT_ISOLATION)`,
    )
  );
}

/** What is asked for by name is had, or the task is not run (D-039). */
function notWithin({ limits = {} }: TaskInfo, { notEnforced = [] }: LaunchSurroundings): TaskEnd | undefined {
  const wanted = { cpus: limits.cpusMilli !== undefined, mem: typeof limits.memMb === 'number' };
  const [name] = (['cpus', 'mem'] as const).filter((one) => wanted[one] && notEnforced.includes(one));
  return name && launchFailed(`it sets a limit of ${name}, which this agent cannot enforce: it runs without control groups`);
}

function notAs({ user, isRoot }: LaunchSurroundings): TaskEnd | undefined {
  if (user === undefined || isRoot) return undefined;
  return launchFailed(`it is to run as user '${user}', and this agent does not run as root, so it cannot become anybody else`);
}
