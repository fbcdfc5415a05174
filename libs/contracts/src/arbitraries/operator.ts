import fc from 'fast-check';
import type {
  AgentsAnswer,
  FrameworksAnswer,
  HistoryAnswer,
  HistoryQuery,
  HoldersAnswer,
  TasksAnswer,
  TasksQuery,
  VersionAnswer,
  VolumeAnswer,
  VolumeName,
  VolumesAnswer,
  VolumesQuery,
} from '../messages';
import { agentInfo } from './internal';
import { ledgerEntry, ledgerVolume } from './ledger';
import { singles } from './resource';
import { offer } from './scheduler';
import { framework, status, task } from './task';
import { count, holder, id, recordOf, role, text } from './words';

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

/** What a Task has room for. */
const shownTask = fc.tuple(task, singles).map(([{ command: _command, data: _data, ...info }, resources]) => ({ ...info, resources }));

export const tasks: fc.Arbitrary<TasksAnswer> = recordOf<TasksAnswer>({
  tasks: fc.array(fc.record({ frameworkId: id, info: shownTask, status }), { maxLength: 2 }),
});

export const volumeName: fc.Arbitrary<VolumeName> = recordOf<VolumeName>({ agentId: id, role, persistenceId: id });
export const volumeAnswer: fc.Arbitrary<VolumeAnswer> = recordOf<VolumeAnswer>({ volume: ledgerVolume });
export const volumesQuery: fc.Arbitrary<VolumesQuery> = recordOf<VolumesQuery>({ agentId: id, role }, { requiredKeys: [] });
export const volumesAnswer: fc.Arbitrary<VolumesAnswer> = recordOf<VolumesAnswer>({ volumes: fc.array(ledgerVolume, { maxLength: 2 }) });

export const holdersAnswer: fc.Arbitrary<HoldersAnswer> = recordOf<HoldersAnswer>({
  holders: fc.array(holder, { maxLength: 3 }),
  revision: count,
});

export const historyQuery: fc.Arbitrary<HistoryQuery> = recordOf<HistoryQuery>(
  { agentId: id, role, persistenceId: id, afterRevision: count, limit: fc.integer({ min: 0, max: 1000 }) },
  { requiredKeys: ['agentId', 'afterRevision', 'limit'] },
);
export const historyAnswer: fc.Arbitrary<HistoryAnswer> = recordOf<HistoryAnswer>({ entries: fc.array(ledgerEntry, { maxLength: 3 }) });
