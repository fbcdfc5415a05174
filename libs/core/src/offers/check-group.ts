import { type Refusal, refuse, type TaskId } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';
import { usageProblem } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { SoundTask } from './plan-task';

/**
 * Refuses a group whose tasks are right one by one, but not together and with their executor (D-034, A-051). `executor`: its resources, allocated
 * as those of the tasks are.
 */
export function checkTogether(tasks: readonly SoundTask[], executor: Resources): Refusal | undefined {
  return firstRefusal(tasks, (task) => mixed(task, executor)) ?? ownVolumeTwice(tasks) ?? overlapping(tasks, executor);
}

const taskInvalid = (taskId: TaskId, problem: string): Refusal => refuse('task_invalid', { taskId, problem });

export function firstRefusal(tasks: readonly SoundTask[], check: (task: SoundTask) => Refusal | undefined): Refusal | undefined {
  for (const task of tasks) {
    const refusal = check(task);
    if (refusal) return refusal;
  }
  return undefined;
}

function mixed({ info, resources }: SoundTask, executor: Resources): Refusal | undefined {
  const problem = usageProblem(resources.add(executor));
  return problem === undefined ? undefined : taskInvalid(info.taskId, `together with its executor, ${problem}`);
}

/** A volume that is not shared serves one task. Copies of a shared one serve any number, as with a LAUNCH. */
function ownVolumeTwice(tasks: readonly SoundTask[]): Refusal | undefined {
  const usedBy = new Map<VolumeKey, TaskId>();
  return firstRefusal(tasks, ({ info: { taskId }, volumes }) => {
    for (const { volume, resource } of volumes) {
      if (resource.shared) continue;
      const other = usedBy.get(volume);
      if (other !== undefined) return taskInvalid(taskId, `volume ${volume} is not shared, and task ${other} of the group uses it, too.`);
      usedBy.set(volume, taskId);
    }
    return undefined;
  });
}

/** Ports and items of sets would merge when the group is added up, and look like enough for all. */
function overlapping(tasks: readonly SoundTask[], executor: Resources): Refusal | undefined {
  let before = namedOnes(executor);
  return firstRefusal(tasks, ({ info: { taskId }, resources }) => {
    const own = namedOnes(resources);
    if (own.isEmpty) return undefined;
    if (!before.subtract(own).equals(before)) return taskInvalid(taskId, `${own} overlaps with what another of its group uses.`);
    before = before.add(own);
    return undefined;
  });
}

const namedOnes = (resources: Resources): Resources => resources.filter(({ value }) => value.kind !== 'scalar');
