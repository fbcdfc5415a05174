import { Resources, scalar } from '@holdfast/core/resources';
import { agentLinkService, allocatorService, schedulerService, volumeRegistryService } from '@holdfast/contracts';
import { describeTask, taskVolume } from './load';
import type { Sizes } from './floor/message';

const MANY = 100;
const AGENT = '00000000-0000-4000-8000-000000000000-S000';
const FRAMEWORK = '00000000-0000-4000-8000-000000000000-0000';
const LAUNCH = '00000000-0000-4000-8000-000000000000';

/** Bytes per item of the real messages, with the real codecs. */
export function measureSizes(): Sizes {
  const resources = Resources.of([scalar('cpus', 4), scalar('mem', 4096), scalar('disk', 10_240), taskVolume]);
  const offers = Array.from({ length: MANY }, (_, at) => ({
    id: `${LAUNCH}-O${at}`,
    frameworkId: FRAMEWORK,
    agentId: AGENT,
    hostname: 'emulated-1',
    role: 'bench',
    resources: resources.allocate('bench'),
    attributes: [],
  }));
  const info = describeTask('task-000000', AGENT, [taskVolume]);
  const status = {
    taskId: info.taskId,
    agentId: AGENT,
    state: 'TASK_RUNNING',
    source: 'SOURCE_EXECUTOR',
    timestampMs: 1e12,
    uuid: Buffer.alloc(16),
  } as const;
  const update = { kind: 'task_update', frameworkId: FRAMEWORK, launchId: LAUNCH, status, latestState: 'TASK_RUNNING' } as const;
  const holder = { frameworkId: FRAMEWORK, taskId: info.taskId, launchId: LAUNCH, agentId: AGENT };
  const unit = { kind: 'acquire_volumes', holder, volumes: [{ volume: 'bench/data', mode: 'RW' }] } as const;
  const change = { kind: 'recover_resources', frameworkId: FRAMEWORK, agentId: AGENT, role: 'bench', resources, offered: true } as const;
  const transaction = { storeId: LAUNCH, epoch: 1, seenRevision: 1, nowMs: 1e12, units: Array.from({ length: MANY }, () => unit) };
  return {
    offer: perItem(
      schedulerService.subscribe.response.encode({ type: 'OFFERS', offers, form: { allocationInfo: true, reservationStack: true } }),
    ),
    task: perItem(
      schedulerService.accept.request.encode({
        frameworkId: FRAMEWORK,
        offerIds: [LAUNCH],
        operations: [
          { type: 'LAUNCH', tasks: Array.from({ length: MANY }, () => ({ taskId: info.taskId, task: { ok: true, value: info } })) },
        ],
        filters: {},
      }),
    ),
    update: perItem(agentLinkService.link.request.encode({ messages: Array.from({ length: MANY }, () => update) })),
    acknowledgement: schedulerService.acknowledge.request.encode({
      frameworkId: FRAMEWORK,
      agentId: AGENT,
      taskId: info.taskId,
      uuid: Buffer.alloc(16),
    }).length,
    change: perItem(allocatorService.allocate.request.encode({ number: 1, changes: Array.from({ length: MANY }, () => change) })),
    ledgerUnit: perItem(volumeRegistryService.apply.request.encode({ transactions: [{ id: 1, transaction }] })),
  };
}

const perItem = (bytes: Buffer): number => Math.ceil(bytes.length / MANY);
