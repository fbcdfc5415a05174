import type { Holder } from '@holdfast/core/base';
import type { LedgerDifference } from '@holdfast/core/verification';
import type { Drain, LedgerEntry, LedgerVolume } from '@holdfast/core/volumes';
import * as wire from '../gen/holdfast/v1/volume_service';
import { repairAnswerCodec, repairRequestCodec, verifyAnswerCodec, verifyQueryCodec } from './verification';
import {
  historyQueryCodec,
  holdersAnswerCodec,
  holdersQueryCodec,
  volumeAnswerCodec,
  volumeNameCodec,
  volumesQueryCodec,
} from './volume-answers';
import { destroyVolumeRequestCodec, releaseHolderAnswerCodec, releaseHolderRequestCodec } from './volume-changes';
import { watchAnswerCodec, watchQueryCodec } from './watch';
import { type AnyCodec, type AnyWire, bytesOf } from './wire-form.fixture';

const names = { agent_id: { value: 'a1' }, role: 'eng/web', persistence_id: 'v1' };
const name = { agentId: 'a1', role: 'eng/web', persistenceId: 'v1' };

const holder: Holder = { frameworkId: 'f1', taskId: 't1', launchId: 'l1', agentId: 'a1', mode: 'RO', state: 'ending', sinceMs: 1000 };
const holderJson = {
  task_id: { value: 't1' },
  framework_id: { value: 'f1' },
  agent_id: { value: 'a1' },
  mode: 'RO',
  state: 'ENDING',
  since: { nanoseconds: '1000000000' },
  launch_id: 'l1',
};

const drain: Drain = {
  requester: { principal: 'ann', frameworkId: 'f2', operationId: 'op-1' },
  isMade: true,
  admitsReaders: false,
  sinceMs: 2000,
  deadlineAtMs: 3000,
  onDeadline: 'kill',
};
const drainJson = {
  principal: 'ann',
  framework_id: { value: 'f2' },
  operation_id: { value: 'op-1' },
  admits_readers: false,
  since: { nanoseconds: '2000000000' },
  deadline: { nanoseconds: '3000000000' },
  on_deadline: 'KILL_HOLDERS',
  made: true,
};

const volume: LedgerVolume = {
  storeId: 's1',
  volume: 'eng/web/v1',
  state: 'draining',
  generation: 3,
  resource: {
    name: 'disk',
    value: { kind: 'scalar', milli: 64_000 },
    reservations: [{ type: 'dynamic', role: 'eng/web' }],
    disk: { persistence: { id: 'v1' }, volume: { containerPath: 'data', mode: 'RW' } },
    shared: true,
    revocable: false,
  },
  creator: { principal: 'bob', frameworkId: 'f3' },
  agentId: 'a1',
  createdMs: 500,
  drain,
  holders: [holder],
  revision: 9,
};
const volumeJson = {
  store_id: 's1',
  agent_id: { value: 'a1' },
  role: 'eng/web',
  persistence_id: 'v1',
  state: 'DRAINING',
  generation: '3',
  shared: true,
  resource: {
    name: 'disk',
    type: 'SCALAR',
    scalar: { value: 64 },
    reservations: [{ type: 'DYNAMIC', role: 'eng/web' }],
    disk: { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } },
    shared: {},
  },
  creator_principal: 'bob',
  creator_framework_id: { value: 'f3' },
  created: { nanoseconds: '500000000' },
  holders: [holderJson],
  revision: '9',
  drain: drainJson,
};

const entry: LedgerEntry = {
  revision: 7,
  atMs: 4000,
  change: 'volume_released',
  volume: 'eng/web/v1',
  generation: 3,
  holder,
  cause: 'forced: disk is being replaced',
  by: 'ann',
  epoch: 5,
  traceId: 'tr',
};
const entryJson = {
  revision: '7',
  at: { nanoseconds: '4000000000' },
  change: 'volume_released',
  role: 'eng/web',
  persistence_id: 'v1',
  generation: '3',
  holder: holderJson,
  cause: 'forced: disk is being replaced',
  epoch: '5',
  trace_id: 'tr',
  by: 'ann',
};

const difference: LedgerDifference = {
  kind: 'holder_without_task',
  message: 'm',
  storeId: 's1',
  agentId: 'a1',
  volume: 'eng/web/v1',
  holder,
  evidence: { ledger: 'says so', master: 'knows nothing', agent: 'does not' },
  remedy: 'r',
  isRepairable: true,
};
const differenceJson = {
  kind: 'holder_without_task',
  message: 'm',
  store_id: 's1',
  agent_id: { value: 'a1' },
  role: 'eng/web',
  persistence_id: 'v1',
  holder: holderJson,
  evidence: { ledger: 'says so', master: 'knows nothing', agent: 'does not' },
  remedy: 'r',
  repairable: true,
};
const store = { storeId: 's1', agentId: 'a1', revision: 9, volumeCount: 2, holderCount: 3, problem: 'p' };
const storeJson = { store_id: 's1', agent_id: { value: 'a1' }, revision: '9', volumes: 2, holders: 3, problem: 'p' };

/** [message, its type, its codec, in JSON, as we have it]: every field is set, and to another value than its neighbours. */
const MESSAGES: readonly (readonly [string, AnyWire, AnyCodec, object, unknown])[] = [
  ['GetVolumeRequest', wire.GetVolumeRequest, volumeNameCodec, names, name],
  ['CancelDestroyRequest', wire.CancelDestroyRequest, volumeNameCodec, names, name],
  ['GetVolumeResponse', wire.GetVolumeResponse, volumeAnswerCodec, { volume: volumeJson }, { volume }],
  ['DestroyVolumeResponse', wire.DestroyVolumeResponse, volumeAnswerCodec, { volume: volumeJson }, { volume }],
  ['CancelDestroyResponse', wire.CancelDestroyResponse, volumeAnswerCodec, { volume: volumeJson }, { volume }],
  [
    'ListVolumesRequest',
    wire.ListVolumesRequest,
    volumesQueryCodec,
    {
      agent_id: { value: 'a1' },
      role: 'eng',
      states: ['CREATING', 'READY', 'DRAINING', 'DESTROYING', 'GONE'],
      holder_framework_id: { value: 'f1' },
      holder_task_id: { value: 't1' },
    },
    {
      agentId: 'a1',
      role: 'eng',
      states: ['creating', 'ready', 'draining', 'destroying', 'gone'],
      holderFrameworkId: 'f1',
      holderTaskId: 't1',
    },
  ],
  [
    'ListHoldersRequest',
    wire.ListHoldersRequest,
    holdersQueryCodec,
    { ...names, page_size: 1000, page_token: '42' },
    { ...name, pageSize: 1000, pageToken: '42' },
  ],
  [
    'ListHoldersResponse',
    wire.ListHoldersResponse,
    holdersAnswerCodec,
    { holders: [holderJson], revision: '8', next_page_token: '43', count: '10000' },
    { holders: [holder], revision: 8, nextPageToken: '43', count: 10_000 },
  ],
  [
    'WatchVolumesRequest',
    wire.WatchVolumesRequest,
    watchQueryCodec,
    { ...names, after: [{ store_id: 's1', revision: '0' }] },
    { ...name, after: [{ storeId: 's1', revision: 0 }] },
  ],
  [
    'WatchVolumesResponse',
    wire.WatchVolumesResponse,
    watchAnswerCodec,
    { entries: [{ store_id: 's1', agent_id: { value: 'a1' }, entry: entryJson }], positions: [{ store_id: 's2', revision: '7' }] },
    { entries: [{ storeId: 's1', agentId: 'a1', entry }], positions: [{ storeId: 's2', revision: 7 }] },
  ],
  [
    'DestroyVolumeRequest',
    wire.DestroyVolumeRequest,
    destroyVolumeRequestCodec,
    { ...names, when_unused: { admit_readers: true, deadline: { nanoseconds: '5000000' }, on_deadline: 'CANCEL' } },
    { ...name, whenUnused: { admitsReaders: true, deadlineMs: 5, onDeadline: 'cancel' } },
  ],
  [
    'ReleaseHolderRequest',
    wire.ReleaseHolderRequest,
    releaseHolderRequestCodec,
    { ...names, framework_id: { value: 'f1' }, task_id: { value: 't1' }, launch_id: 'l1', reason: 'why' },
    { ...name, frameworkId: 'f1', taskId: 't1', launchId: 'l1', reason: 'why' },
  ],
  [
    'ReleaseHolderResponse',
    wire.ReleaseHolderResponse,
    releaseHolderAnswerCodec,
    { released: [holderJson], volume: volumeJson },
    { released: [holder], volume },
  ],
  [
    'VerifyLedgerRequest',
    wire.VerifyLedgerRequest,
    verifyQueryCodec,
    { agent_id: { value: 'a1' }, settle_ms: 60_000 },
    { agentId: 'a1', settleMs: 60_000 },
  ],
  [
    'VerifyLedgerResponse',
    wire.VerifyLedgerResponse,
    verifyAnswerCodec,
    { differences: [differenceJson], stores: [storeJson] },
    { differences: [difference], stores: [store] },
  ],
  [
    'RepairLedgerRequest',
    wire.RepairLedgerRequest,
    repairRequestCodec,
    { agent_id: { value: 'a1' }, apply: true, settle_ms: 1 },
    { agentId: 'a1', apply: true, settleMs: 1 },
  ],
  [
    'RepairLedgerResponse',
    wire.RepairLedgerResponse,
    repairAnswerCodec,
    { repairs: [{ difference: differenceJson, action: 'a', done: false }], stores: [storeJson] },
    { repairs: [{ difference, action: 'a', isDone: false }], stores: [store] },
  ],
  [
    'RepairLedgerResponse of a dry run',
    wire.RepairLedgerResponse,
    repairAnswerCodec,
    { repairs: [{ difference: differenceJson, action: 'a' }] },
    { repairs: [{ difference, action: 'a' }], stores: [] },
  ],
];

describe('the messages of VolumeService', () => {
  it.each(MESSAGES)('%s has each fact in its own field', (_name, type, codec, json, value) => {
    const bytes = bytesOf(type, json);
    expect(codec.decode(bytes)).toEqual({ ok: true, value });
    expect(codec.encode(value as never)).toEqual(bytes);
  });
});

describe('a question to VolumeService', () => {
  const ask = (type: AnyWire, codec: AnyCodec, json: object) => codec.decode(bytesOf(type, json));
  const refusedFor = (field: string) => ({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });

  it('may leave out what has a default', () => {
    expect(ask(wire.ListVolumesRequest, volumesQueryCodec, {})).toEqual({ ok: true, value: {} });
    expect(ask(wire.ListHoldersRequest, holdersQueryCodec, names)).toEqual({ ok: true, value: name });
    expect(ask(wire.WatchVolumesRequest, watchQueryCodec, {})).toEqual({ ok: true, value: { after: [] } });
    expect(ask(wire.DestroyVolumeRequest, destroyVolumeRequestCodec, names)).toEqual({ ok: true, value: name });
    expect(ask(wire.VerifyLedgerRequest, verifyQueryCodec, {})).toEqual({ ok: true, value: {} });
    expect(ask(wire.VerifyLedgerRequest, verifyQueryCodec, { settle_ms: 0 })).toEqual({ ok: true, value: { settleMs: 0 } });
  });

  it('repairs nothing unless it says so', () => {
    expect(ask(wire.RepairLedgerRequest, repairRequestCodec, {})).toEqual({ ok: true, value: { apply: false } });
  });

  it('takes a reason of 1024 characters', () => {
    const holderNames = { ...names, framework_id: { value: 'f1' }, task_id: { value: 't1' } };
    expect(ask(wire.ReleaseHolderRequest, releaseHolderRequestCodec, { ...holderNames, reason: 'x'.repeat(1024) }).ok).toBe(true);
  });

  const release = { ...names, framework_id: { value: 'f1' }, task_id: { value: 't1' }, reason: 'why' };
  it.each<[string, string, AnyWire, AnyCodec, object]>([
    ['an agent that is not named', 'agent_id', wire.GetVolumeRequest, volumeNameCodec, { ...names, agent_id: undefined }],
    ['a role that is a path (B-012)', 'role', wire.GetVolumeRequest, volumeNameCodec, { ...names, role: '../eng' }],
    [
      'a persistence id that is a path (A-054)',
      'persistence_id',
      wire.GetVolumeRequest,
      volumeNameCodec,
      { ...names, persistence_id: 'a/b' },
    ],
    ['a state that is none', 'states[1]', wire.ListVolumesRequest, volumesQueryCodec, { states: ['READY', 'STATE_UNSPECIFIED'] }],
    ['a state that nobody knows', 'states[0]', wire.ListVolumesRequest, volumesQueryCodec, { states: [77] }],
    ['a task of no framework', 'holder_framework_id', wire.ListVolumesRequest, volumesQueryCodec, { holder_task_id: { value: 't1' } }],
    ['pages of nothing', 'page_size', wire.ListHoldersRequest, holdersQueryCodec, { ...names, page_size: 0 }],
    ['pages that are too large', 'page_size', wire.ListHoldersRequest, holdersQueryCodec, { ...names, page_size: 1001 }],
    ['a volume of no role', 'role', wire.ListHistoryRequest, historyQueryCodec, { agent_id: { value: 'a1' }, persistence_id: 'v1' }],
    ['a volume of no role to watch', 'role', wire.WatchVolumesRequest, watchQueryCodec, { persistence_id: 'v1' }],
    ['a place of no store', 'after[0].store_id', wire.WatchVolumesRequest, watchQueryCodec, { after: [{ revision: '1' }] }],
    ['a place without revision', 'after[0].revision', wire.WatchVolumesRequest, watchQueryCodec, { after: [{ store_id: 's1' }] }],
    [
      'two places in one store',
      'after[1].store_id',
      wire.WatchVolumesRequest,
      watchQueryCodec,
      { after: [1, 2].map((revision) => ({ store_id: 's1', revision })) },
    ],
    [
      'a deadline that is over at once',
      'when_unused.deadline.nanoseconds',
      wire.DestroyVolumeRequest,
      destroyVolumeRequestCodec,
      { ...names, when_unused: { deadline: { nanoseconds: '0' } } },
    ],
    [
      'an outcome that nobody knows',
      'when_unused.on_deadline',
      wire.DestroyVolumeRequest,
      destroyVolumeRequestCodec,
      { ...names, when_unused: { on_deadline: 77 } },
    ],
    ['no reason', 'reason', wire.ReleaseHolderRequest, releaseHolderRequestCodec, { ...release, reason: undefined }],
    ['an empty reason', 'reason', wire.ReleaseHolderRequest, releaseHolderRequestCodec, { ...release, reason: ' \n' }],
    ['a reason that is a book', 'reason', wire.ReleaseHolderRequest, releaseHolderRequestCodec, { ...release, reason: 'x'.repeat(1025) }],
    ['a holder without task', 'task_id', wire.ReleaseHolderRequest, releaseHolderRequestCodec, { ...release, task_id: undefined }],
    ['a launch id that is a path', 'launch_id', wire.ReleaseHolderRequest, releaseHolderRequestCodec, { ...release, launch_id: 'a/b' }],
    ['more than a minute of looking', 'settle_ms', wire.VerifyLedgerRequest, verifyQueryCodec, { settle_ms: 60_001 }],
    ['more than a minute of repairing', 'settle_ms', wire.RepairLedgerRequest, repairRequestCodec, { apply: true, settle_ms: 60_001 }],
  ])('is refused with %s, naming %s', (_name, field, type, codec, json) => {
    expect(ask(type, codec, json)).toMatchObject(refusedFor(field));
  });

  it.each<[string, string, object]>([
    ['a kind that this release does not know', 'differences[0].kind', { ...differenceJson, kind: 'toString' }],
    ['no remedy', 'differences[0].remedy', { ...differenceJson, remedy: undefined }],
    ['half a volume', 'differences[0].persistence_id', { ...differenceJson, persistence_id: undefined }],
  ])('is not answered with a difference of %s', (_name, field, json) => {
    expect(ask(wire.VerifyLedgerResponse, verifyAnswerCodec, { differences: [json] })).toMatchObject(refusedFor(field));
  });

  it('hears only the witnesses that it knows', () => {
    const evidence = { ledger: 'l', stranger: 's' };
    const answer = ask(wire.VerifyLedgerResponse, verifyAnswerCodec, { differences: [{ ...differenceJson, evidence }] });
    expect(answer).toEqual({ ok: true, value: { differences: [{ ...difference, evidence: { ledger: 'l' } }], stores: [] } });
  });
});
