import type { Action } from '@holdfast/core/authorization';
import { reservationRole, type Resource } from '@holdfast/core/resources';
import { type ExecutorInfo, keyOfVolume, type TaskInfo } from '@holdfast/core/tasks';
import type { FrameworkInfo } from './framework';
import type { ResizeOperation, ResourceOperation } from './operation';
import type { OperationSurroundings } from './operation-surroundings';

/**
 * What an operation does in the eyes of the ACLs (B-122). RESERVE and CREATE are about the last role of each stack, each role once (B-125, B-126);
 * UNRESERVE about who made the reservations, which is part of a resource's identity (B-124); DESTROY about who created the volumes, which is not,
 * and is therefore never taken from the request (B-123).
 */
export function actionOf({ type, resources }: ResourceOperation, { findVolume }: Pick<OperationSurroundings, 'findVolume'>): Action {
  switch (type) {
    case 'RESERVE':
      return { kind: 'reserve_resources', roles: distinct(resources.map(reservationRole)) };
    case 'UNRESERVE':
      return { kind: 'unreserve_resources', reservers: distinct(resources.map(({ reservations }) => reservations.at(-1)?.principal)) };
    case 'CREATE':
      return { kind: 'create_volumes', roles: distinct(resources.map(reservationRole)) };
    case 'DESTROY':
      return {
        kind: 'destroy_volumes',
        creators: distinct(resources.map((volume) => creatorOf(findVolume(keyOfVolume(volume))?.resource))),
      };
  }
}

export const resizeAction = ({ volume }: ResizeOperation): Action => ({ kind: 'resize_volumes', roles: [reservationRole(volume)] });

/**
 * As whom the task runs: as its command says, or that of the executor which runs it, else as its framework does (B-075). To an agent an empty
 * name is none, hence here, too.
 */
export const runAction = ({ command, executor }: TaskInfo, { user }: Pick<FrameworkInfo, 'user'>): Action => ({
  kind: 'run_tasks',
  user: command?.user || executor?.command?.user || user,
});

export const executorAction = ({ command }: ExecutorInfo, { user }: Pick<FrameworkInfo, 'user'>): Action => ({
  kind: 'run_tasks',
  user: command?.user || user,
});

const creatorOf = (volume: Resource | undefined) => volume?.disk?.persistence?.principal;

const distinct = <T>(list: readonly T[]): readonly T[] => [...new Set(list)];
