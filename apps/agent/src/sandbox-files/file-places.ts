import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resource } from '@holdfast/core/resources';
import type { LaunchId } from '@holdfast/core/base';
import type { TaskRef, TaskVolume } from '@holdfast/core/tasks';
import { FileRefusal } from './file-refusal';
import { missing, type Place } from './open-contained';

/** A task whose files are shown; one that the agent knows. */
export interface TaskWithFiles {
  readonly ref: TaskRef;
  readonly volumes: readonly TaskVolume[];
  readonly record: {
    readonly sandbox: string;
    readonly receivedMs: number;
    readonly info: { readonly executor?: { readonly executorId: string } };
  };
}

export interface FilePlacesDeps {
  /** `<framework>/<task>/<launch>` below it. */
  readonly sandboxes: string;
  readonly tasks: () => Iterable<TaskWithFiles>;
  /** The directory of a volume; undefined where there is none. */
  readonly volumePath: (volume: Resource) => string | undefined;
}

/** Where the files of tasks lie, by the paths under which HTTP clients ask for them (wire 11). */
export class FilePlaces {
  constructor(private readonly deps: FilePlacesDeps) {}

  /**
   * `path`: the sandbox's own, as the state shows it; `/frameworks/<id>/executors/<id>/runs/<latest or launch>`, where a task by itself is its own executor; or
   * `/frameworks/<id>/executors/<id>/tasks/<id>`; each with names below it. What stands under the container path of a volume lies in the volume.
   * Also sandboxes of tasks that are over and forgotten, as long as they are kept. Throws FileRefusal: 400, 404.
   */
  async find(path: string): Promise<Place> {
    const names = namesOf(path);
    const own = namesOf(this.deps.sandboxes);
    if (own.every((name, at) => names[at] === name)) return this.inSandbox(names.slice(own.length), path);
    const [frameworks, frameworkId, executors, executorId, kind, run, ...rest] = names;
    if (frameworks !== 'frameworks' || executors !== 'executors' || run === undefined) throw missing(path);
    const sandbox =
      kind === 'runs'
        ? await this.sandboxOfRun(frameworkId!, executorId!, run)
        : kind === 'tasks'
          ? await this.sandboxOfTask(frameworkId!, executorId!, run)
          : undefined;
    if (sandbox === undefined) throw missing(path);
    return this.place(sandbox, rest);
  }

  /** Virtual paths of what is known, and where it lies. */
  known(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const { ref, record } of this.deps.tasks()) {
      found[record.sandbox] = record.sandbox;
      found[virtualPath(ref.frameworkId, record.info.executor?.executorId ?? ref.taskId, ref.launchId)] = record.sandbox;
    }
    return found;
  }

  /** The directory of the volume that a task sees under this name of a directory of its sandbox. */
  volumeAt({ root, names }: Place, name: string): string | undefined {
    const wanted = [...names, name].join('/');
    for (const { record, volumes } of this.deps.tasks()) {
      const volume = record.sandbox === root ? volumes.find(({ containerPath }) => namesOf(containerPath).join('/') === wanted) : undefined;
      if (volume) return this.deps.volumePath(volume.resource);
    }
    return undefined;
  }

  private inSandbox([framework, task, launch, ...rest]: readonly string[], path: string): Place {
    if (framework === undefined || task === undefined || launch === undefined) throw missing(path);
    return this.place(join(this.deps.sandboxes, framework, task, launch), rest);
  }

  /** The longest container path that leads to it decides: volumes may lie in one another. */
  private place(sandbox: string, names: readonly string[]): Place {
    let best: Place | undefined;
    let depth = 0;
    for (const { record, volumes } of this.deps.tasks()) {
      if (record.sandbox !== sandbox) continue;
      for (const { containerPath, resource } of volumes) {
        const at = namesOf(containerPath);
        if (at.length <= depth || !at.every((name, index) => names[index] === name)) continue;
        const root = this.deps.volumePath(resource);
        if (root === undefined) continue;
        best = { root, names: names.slice(at.length) };
        depth = at.length;
      }
    }
    return best ?? { root: sandbox, names };
  }

  private async sandboxOfRun(frameworkId: string, executorId: string, run: string): Promise<string | undefined> {
    const live = this.newest(
      ({ ref, record: { info } }) =>
        ref.frameworkId === frameworkId &&
        (info.executor?.executorId ?? ref.taskId) === executorId &&
        (run === LATEST || ref.launchId === run),
    );
    return live ?? this.keptRun(frameworkId, executorId, run);
  }

  private async sandboxOfTask(frameworkId: string, executorId: string, taskId: string): Promise<string | undefined> {
    const live = this.newest(({ ref }) => ref.frameworkId === frameworkId && ref.taskId === taskId);
    return live ?? (await this.keptRun(frameworkId, taskId, LATEST)) ?? this.keptRun(frameworkId, executorId, LATEST);
  }

  private newest(isMeant: (task: TaskWithFiles) => boolean): string | undefined {
    let newest: TaskWithFiles | undefined;
    for (const task of this.deps.tasks()) {
      if (isMeant(task) && (newest === undefined || task.record.receivedMs >= newest.record.receivedMs)) newest = task;
    }
    return newest?.record.sandbox;
  }

  /** Of a task that the agent has forgotten. A sandbox's time is that of its end. */
  private async keptRun(frameworkId: string, taskId: string, run: LaunchId): Promise<string | undefined> {
    const runs = join(this.deps.sandboxes, frameworkId, taskId);
    const found = await Promise.all((await readdir(runs).catch(() => [])).map((name) => timeOf(join(runs, name), name)));
    const kept = found.filter((each) => each !== undefined).sort((one, other) => other.mtimeMs - one.mtimeMs);
    return (run === LATEST ? kept[0] : kept.find(({ name }) => name === run))?.path;
  }
}

/** `/frameworks/<id>/executors/<id>/runs/<launch>` */
export const virtualPath = (frameworkId: string, executorId: string, run: string): string =>
  `/frameworks/${frameworkId}/executors/${executorId}/runs/${run}`;

const LATEST = 'latest';

async function timeOf(path: string, name: string) {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? { name, path, mtimeMs: found.mtimeMs } : undefined;
}

function namesOf(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (path.includes('\0')) throw new FileRefusal(400, 'A path has no zero byte in it.');
  // Where `..` leads depends on the links before it.
  if (names.includes('..')) throw missing(path);
  return names;
}
