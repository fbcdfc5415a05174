import type { Holder } from '@holdfast/core/base';
import * as link from '../gen/holdfast/internal/v1/agent_link';
import * as wire from '../gen/holdfast/internal/v1/volume_registry';
import { linkRequestCodec } from './agent-message';
import {
  followHistoryRequestCodec,
  followHistoryResponseCodec,
  readHoldersRequestCodec,
  readHoldersResponseCodec,
  readStoresResponseCodec,
} from './ledger-reads';
import { applyRequestCodec, applyResponseCodec } from './ledger-transaction';
import { linkResponseCodec } from './master-message';
import { reconcileOutcomeCodec, storeReportCodec } from './store-report';
import { type AnyCodec, type AnyWire, bytesOf } from './wire-form.fixture';

const holder: Holder = { frameworkId: 'f1', taskId: 't1', launchId: 'l1', agentId: 'a1', mode: 'RW', state: 'running', sinceMs: 1000 };
const holderJson = {
  task_id: { value: 't1' },
  framework_id: { value: 'f1' },
  agent_id: { value: 'a1' },
  mode: 'RW',
  state: 'RUNNING',
  since: { nanoseconds: '1000000000' },
  launch_id: 'l1',
};
const volume = { role: 'eng', persistence_id: 'v1' };
const terms = {
  requester: { principal: 'ann', frameworkId: 'f2', operationId: 'op-1' },
  admitsReaders: true,
  deadlineAtMs: 3000,
  onDeadline: 'kill',
};
const termsJson = {
  principal: 'ann',
  framework_id: { value: 'f2' },
  operation_id: { value: 'op-1' },
  admits_readers: true,
  deadline: { nanoseconds: '3000000000' },
  on_deadline: 'KILL_HOLDERS',
};
const drain = { ...terms, isMade: false, sinceMs: 2000 };
const drainJson = { ...termsJson, since: { nanoseconds: '2000000000' }, made: false };
const disk = {
  name: 'disk',
  value: { kind: 'scalar', milli: 64_000 },
  reservations: [{ type: 'dynamic', role: 'eng' }],
  disk: { persistence: { id: 'v1' }, volume: { containerPath: 'data', mode: 'RW' } },
  shared: true,
  revocable: false,
};
const diskJson = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 64 },
  reservations: [{ type: 'DYNAMIC', role: 'eng' }],
  disk: { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } },
  shared: {},
};
const entry = { revision: 7, atMs: 4000, change: 'destroy_cancelled', volume: 'eng/v1', generation: 3, cause: 'c', by: 'ann', epoch: 5 };
const entryJson = {
  revision: '7',
  at: { nanoseconds: '4000000000' },
  change: 'destroy_cancelled',
  role: 'eng',
  persistence_id: 'v1',
  generation: '3',
  cause: 'c',
  epoch: '5',
  by: 'ann',
};

const transaction = { id: '1', store_id: 's1', epoch: '2', seen_revision: '3', now_ms: '4' };
const applying = (...units: unknown[]) => ({
  transactions: [{ id: 1, transaction: { storeId: 's1', epoch: 2, seenRevision: 3, nowMs: 4, units } }],
});
const unit = (json: object, value: object): [AnyWire, AnyCodec, object, unknown] => [
  wire.ApplyRequest,
  applyRequestCodec,
  { transactions: [{ ...transaction, units: [json] }] },
  applying(value),
];
const holding = {
  holder: { frameworkId: 'f1', taskId: 't1', launchId: 'l1', agentId: 'a1' },
  volumes: ['eng/v1'],
};
const { mode: _mode, state: _state, since: _since, ...holderRefJson } = holderJson;

const MESSAGES: readonly (readonly [string, AnyWire, AnyCodec, object, unknown])[] = [
  [
    'a confirmation',
    ...unit({ confirm_created: { volume, generation: '6' } }, { kind: 'confirm_created', volume: 'eng/v1', generation: 6 }),
  ],
  [
    'a failure to create',
    ...unit(
      { create_failed: { volume, cause: 'c', generation: '6' } },
      { kind: 'create_failed', volume: 'eng/v1', cause: 'c', generation: 6 },
    ),
  ],
  [
    'a volume that is gone',
    ...unit({ volume_gone: { volume, cause: 'c', generation: '6' } }, { kind: 'volume_gone', volume: 'eng/v1', cause: 'c', generation: 6 }),
  ],
  [
    'a forced release',
    ...unit(
      { release_volumes: { holder: holderRefJson, volumes: [volume], cause: 'forced: c', by: 'ann' } },
      { kind: 'release_volumes', ...holding, cause: 'forced: c', by: 'ann' },
    ),
  ],
  ['a drain', ...unit({ drain_volume: { volume, drain: termsJson } }, { kind: 'drain_volume', volume: 'eng/v1', drain: terms })],
  [
    'a cancelling',
    ...unit(
      { cancel_destroy: { volume, generation: '6', cause: 'deadline', by: 'ann' } },
      { kind: 'cancel_destroy', volume: 'eng/v1', generation: 6, cause: 'deadline', by: 'ann' },
    ),
  ],
  [
    'the result of a unit',
    wire.ApplyResponse,
    applyResponseCodec,
    {
      results: [
        {
          id: '1',
          revision: '9',
          results: [{ generation: '6', waits_for: [holderJson], drained: [{ volume, generation: '5', drain: drainJson }] }, {}],
          unverified: false,
        },
      ],
    },
    {
      results: [
        {
          id: 1,
          result: {
            revision: 9,
            results: [{ generation: 6, waitsFor: [holder], drained: [{ volume: 'eng/v1', generation: 5, drain }] }, {}],
            unverified: false,
          },
        },
      ],
    },
  ],
  [
    'a report that somebody asked for',
    wire.ReconcileStoreRequest,
    storeReportCodec,
    { store_id: 's1', agent_id: 'a1', epoch: '1', seen_revision: '2', now_ms: '3', trace_parent: 'tp', by: 'ann' },
    { storeId: 's1', agentId: 'a1', epoch: 1, seenRevision: 2, nowMs: 3, volumes: [], holders: [], traceParent: 'tp', by: 'ann' },
  ],
  [
    'what a report has changed',
    wire.ReconcileStoreResponse,
    reconcileOutcomeCodec,
    {
      revision: '9',
      differences: ['d'],
      destroying: [{ volume, generation: '1' }],
      draining: [{ volume, generation: '2', drain: drainJson }],
    },
    {
      revision: 9,
      differences: ['d'],
      destroying: [{ volume: 'eng/v1', generation: 1 }],
      draining: [{ volume: 'eng/v1', generation: 2, drain }],
    },
  ],
  [
    'a question for holders',
    wire.ReadHoldersRequest,
    readHoldersRequestCodec,
    { store_id: 's1', ...volume, from: '17', limit: 100 },
    { storeId: 's1', volume: 'eng/v1', from: '17', limit: 100 },
  ],
  [
    'a page of holders',
    wire.ReadHoldersResponse,
    readHoldersResponseCodec,
    { holders: [holderJson], next: '18', count: '10000', revision: '9' },
    { page: { holders: [holder], next: '18', count: 10_000, revision: 9 } },
  ],
  ['the page of a volume that is not there', wire.ReadHoldersResponse, readHoldersResponseCodec, {}, {}],
  [
    'how far stores have come',
    wire.ReadStoresResponse,
    readStoresResponseCodec,
    { stores: [{ store_id: 's1', epoch: '2', revision: '9', verified: false }] },
    { stores: [{ storeId: 's1', epoch: 2, revision: 9, isVerified: false }] },
  ],
  [
    'where to follow from',
    wire.FollowHistoryRequest,
    followHistoryRequestCodec,
    { positions: [{ store_id: 's1', revision: '9' }] },
    { positions: [{ storeId: 's1', revision: 9 }] },
  ],
  [
    'what was written',
    wire.FollowHistoryResponse,
    followHistoryResponseCodec,
    { entries: [{ store_id: 's1', entry: entryJson }] },
    { entries: [{ storeId: 's1', entry }] },
  ],
  [
    'a request to inspect',
    link.LinkResponse,
    linkResponseCodec,
    { epoch: '1', messages: [{ inspect: { request_id: 'r1' } }] },
    { epoch: 1, messages: [{ kind: 'inspect', requestId: 'r1' }] },
  ],
  [
    'an inspection',
    link.LinkRequest,
    linkRequestCodec,
    {
      messages: [
        {
          inspection: {
            request_id: 'r1',
            volumes: [{ resource: diskJson, has_data: true, destroying: false }],
            launches: [
              {
                framework_id: { value: 'f1' },
                task_id: { value: 't1' },
                launch_id: 'l1',
                volumes: [
                  { ...volume, read_only: true, mounted: false },
                  { ...volume, read_only: false },
                ],
                pid: 41,
              },
            ],
            stray_mounts: [{ ...volume, pid: 42 }],
          },
        },
      ],
    },
    {
      messages: [
        {
          kind: 'inspection',
          requestId: 'r1',
          inspection: {
            volumes: [{ resource: disk, hasData: true, isDestroying: false }],
            launches: [
              {
                frameworkId: 'f1',
                taskId: 't1',
                launchId: 'l1',
                volumes: [
                  { volume: 'eng/v1', mode: 'RO', isMounted: false },
                  { volume: 'eng/v1', mode: 'RW' },
                ],
                pid: 41,
              },
            ],
            strayMounts: [{ volume: 'eng/v1', pid: 42 }],
          },
        },
      ],
    },
  ],
];

describe('what our processes say to one another about the ledger', () => {
  it.each(MESSAGES)('has each fact in its own field: %s', (_name, type, codec, json, value) => {
    const bytes = bytesOf(type, json);
    expect(codec.decode(bytes)).toEqual({ ok: true, value });
    expect(codec.encode(value as never)).toEqual(bytes);
  });

  const inUnit = (json: object) => ({ transactions: [{ ...transaction, units: [json] }] });
  const outcome = (json: object) => ({ revision: '9', ...json });
  it.each<[string, string, AnyWire, AnyCodec, object]>([
    ...['confirm_created', 'create_failed', 'volume_gone', 'cancel_destroy'].map((name): [string, string, AnyWire, AnyCodec, object] => [
      `${name} that means any volume of the name (promise 10)`,
      `transactions[0].units[0].${name}.generation`,
      wire.ApplyRequest,
      applyRequestCodec,
      inUnit({ [name]: { volume, cause: 'c' } }),
    ]),
    [
      'a drain without terms',
      'transactions[0].units[0].drain_volume.drain',
      wire.ApplyRequest,
      applyRequestCodec,
      inUnit({ drain_volume: { volume } }),
    ],
    [
      'a drain that does not say what happens at the deadline',
      'transactions[0].units[0].drain_volume.drain.on_deadline',
      wire.ApplyRequest,
      applyRequestCodec,
      inUnit({ drain_volume: { volume, drain: { admits_readers: false } } }),
    ],
    [
      'a drain with an outcome that is none',
      'transactions[0].units[0].drain_volume.drain.on_deadline',
      wire.ApplyRequest,
      applyRequestCodec,
      inUnit({ drain_volume: { volume, drain: { admits_readers: false, on_deadline: 'DRAIN_OUTCOME_UNSPECIFIED' } } }),
    ],
    [
      'a drain that waits for nothing known',
      'draining[0].drain',
      wire.ReconcileStoreResponse,
      reconcileOutcomeCodec,
      outcome({ draining: [{ volume, generation: '1' }] }),
    ],
    [
      'a drain that does not say whether its volume is there',
      'destroying[0].drain.made',
      wire.ReconcileStoreResponse,
      reconcileOutcomeCodec,
      outcome({ destroying: [{ volume, generation: '1', drain: { ...drainJson, made: undefined } }] }),
    ],
    ['a page without a count', 'count', wire.ReadHoldersResponse, readHoldersResponseCodec, { revision: '1' }],
    [
      'a store that does not say whether it is verified',
      'stores[0].verified',
      wire.ReadStoresResponse,
      readStoresResponseCodec,
      { stores: [{ store_id: 's1', epoch: '2', revision: '9' }] },
    ],
    [
      'a volume that has perhaps data',
      'messages[0].inspection.volumes[0].has_data',
      link.LinkRequest,
      linkRequestCodec,
      { messages: [{ inspection: { request_id: 'r1', volumes: [{ resource: diskJson }] } }] },
    ],
    [
      'an access that says neither',
      'messages[0].inspection.launches[0].volumes[0].read_only',
      link.LinkRequest,
      linkRequestCodec,
      {
        messages: [
          {
            inspection: {
              request_id: 'r1',
              launches: [{ framework_id: { value: 'f1' }, task_id: { value: 't1' }, launch_id: 'l1', volumes: [volume] }],
            },
          },
        ],
      },
    ],
    [
      'an inspection that answers nothing',
      'messages[0].inspection.request_id',
      link.LinkRequest,
      linkRequestCodec,
      { messages: [{ inspection: {} }] },
    ],
  ])('is refused with %s, naming %s', (_name, field, type, codec, json) => {
    expect(codec.decode(bytesOf(type, json))).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
  });
});
