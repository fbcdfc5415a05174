import fc from 'fast-check';
import type {
  DestroyVolumeRequest,
  HistoryAnswer,
  HistoryQuery,
  HoldersAnswer,
  HoldersQuery,
  ReleaseHolderAnswer,
  ReleaseHolderRequest,
  VolumeAnswer,
  VolumeName,
  VolumesAnswer,
  VolumesQuery,
  WatchAnswer,
  WatchQuery,
  WatchedEntry,
} from '../messages';
import { whenUnused } from './drain';
import { ledgerEntry, ledgerVolume, storePosition, volumeState } from './ledger';
import { count, holder, id, recordOf, role, text } from './words';

const name = { agentId: id, role, persistenceId: id };

export const volumeName: fc.Arbitrary<VolumeName> = recordOf<VolumeName>(name);
export const volumeAnswer: fc.Arbitrary<VolumeAnswer> = recordOf<VolumeAnswer>({ volume: ledgerVolume });

/** A field that says nothing without another is left out with it. */
const dependent =
  (field: string, on: string) =>
  <T extends object>(query: T): T =>
    on in query ? query : (Object.fromEntries(Object.entries(query).filter(([key]) => key !== field)) as T);

export const volumesQuery: fc.Arbitrary<VolumesQuery> = recordOf<VolumesQuery>(
  {
    agentId: id,
    role,
    states: fc.array(volumeState, { minLength: 1, maxLength: 3 }),
    holderFrameworkId: id,
    holderTaskId: id,
  },
  { requiredKeys: [] },
).map(dependent('holderTaskId', 'holderFrameworkId'));
export const volumesAnswer: fc.Arbitrary<VolumesAnswer> = recordOf<VolumesAnswer>({ volumes: fc.array(ledgerVolume, { maxLength: 2 }) });

export const holdersQuery: fc.Arbitrary<HoldersQuery> = recordOf<HoldersQuery>(
  { ...name, pageSize: fc.integer({ min: 1, max: 1000 }), pageToken: text },
  { requiredKeys: ['agentId', 'role', 'persistenceId'] },
);
export const holdersAnswer: fc.Arbitrary<HoldersAnswer> = recordOf<HoldersAnswer>(
  { holders: fc.array(holder, { maxLength: 3 }), revision: count, nextPageToken: text, count },
  { requiredKeys: ['holders', 'revision', 'count'] },
);

export const historyQuery: fc.Arbitrary<HistoryQuery> = recordOf<HistoryQuery>(
  { ...name, afterRevision: count, limit: fc.integer({ min: 0, max: 1000 }) },
  { requiredKeys: ['agentId', 'afterRevision', 'limit'] },
).map(dependent('persistenceId', 'role'));
export const historyAnswer: fc.Arbitrary<HistoryAnswer> = recordOf<HistoryAnswer>({ entries: fc.array(ledgerEntry, { maxLength: 3 }) });

export const watchQuery: fc.Arbitrary<WatchQuery> = recordOf<WatchQuery>(
  { ...name, after: fc.uniqueArray(storePosition, { maxLength: 3, selector: ({ storeId }) => storeId }) },
  { requiredKeys: ['after'] },
).map(dependent('persistenceId', 'role'));

const watchedEntry: fc.Arbitrary<WatchedEntry> = recordOf<WatchedEntry>(
  { storeId: id, agentId: id, entry: ledgerEntry },
  { requiredKeys: ['storeId', 'entry'] },
);

export const watchAnswer: fc.Arbitrary<WatchAnswer> = recordOf<WatchAnswer>({
  entries: fc.array(watchedEntry, { maxLength: 3 }),
  positions: fc.array(storePosition, { maxLength: 3 }),
});

export const destroyVolume: fc.Arbitrary<DestroyVolumeRequest> = recordOf<DestroyVolumeRequest>(
  { ...name, whenUnused },
  { requiredKeys: ['agentId', 'role', 'persistenceId'] },
);

export const releaseHolder: fc.Arbitrary<ReleaseHolderRequest> = recordOf<ReleaseHolderRequest>(
  {
    ...name,
    frameworkId: id,
    taskId: id,
    launchId: id,
    reason: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((reason) => reason.trim() !== ''),
  },
  { requiredKeys: ['agentId', 'role', 'persistenceId', 'frameworkId', 'taskId', 'reason'] },
);

export const releaseHolderAnswer: fc.Arbitrary<ReleaseHolderAnswer> = recordOf<ReleaseHolderAnswer>({
  released: fc.array(holder, { maxLength: 3 }),
  volume: ledgerVolume,
});
