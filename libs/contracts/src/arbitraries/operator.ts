import fc from 'fast-check';
import type { AgentsAnswer, FrameworksAnswer, KillTaskRequest, TasksAnswer, TasksQuery, VersionAnswer } from '../messages';
import { agentInfo } from './internal';
import { singles } from './resource';
import { offer } from './scheduler';
import { framework, status, task } from './task';
import { durationMs, id, recordOf, text } from './words';

export const version: fc.Arbitrary<VersionAnswer> = recordOf<VersionAnswer>({ version: text });

export const agents: fc.Arbitrary<AgentsAnswer> = recordOf<AgentsAnswer>({
  agents: fc.array(
    fc.record({ info: agentInfo, storeId: id, active: fc.boolean(), total: singles, allocated: singles, offered: singles }),
    {
      maxLength: 2,
    },
  ),
});

export const frameworks: fc.Arbitrary<FrameworksAnswer> = recordOf<FrameworksAnswer>({
  frameworks: fc.array(fc.record({ info: framework, connected: fc.boolean(), offers: fc.array(offer, { maxLength: 2 }) }), {
    maxLength: 2,
  }),
});

export const tasksQuery: fc.Arbitrary<TasksQuery> = recordOf<TasksQuery>({ frameworkId: id }, { requiredKeys: [] });

export const killTask: fc.Arbitrary<KillTaskRequest> = recordOf<KillTaskRequest>(
  { frameworkId: id, taskId: id, graceMs: durationMs },
  { requiredKeys: ['frameworkId', 'taskId'] },
);

/** What a Task has room for. */
const shownTask = fc
  .tuple(task, singles)
  .map(([{ command: _command, data: _data, check: _check, maxCompletionMs: _maxCompletionMs, ...info }, resources]) => ({
    ...info,
    resources,
  }));

export const tasks: fc.Arbitrary<TasksAnswer> = recordOf<TasksAnswer>({
  tasks: fc.array(fc.record({ frameworkId: id, info: shownTask, status }), { maxLength: 2 }),
});
