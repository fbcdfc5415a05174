import { ok, refuse, type PersistenceId, type Principal, type Role } from '@holdfast/core/base';
import { type Reservation, type Resource, Resources, scalar, toPlainDisk } from '@holdfast/core/resources';
import { type ExecutorInfo, keyOfVolume, type TaskInfo } from '@holdfast/core/tasks';
import {
  applyTransaction,
  dependencyRefused,
  emptyLedger,
  type LedgerUnit,
  type StoreLedger,
  type UnitResult,
  type WhenUnused,
} from '@holdfast/core/volumes';
import type { AcceptContext, AcceptPlan, Settlement } from './accept-plan';
import type { FrameworkInfo } from './framework';
import type {
  LaunchGroupOperation,
  LaunchOperation,
  Operation,
  ResizeOperation,
  ResourceOperation,
  ResourceOperationType,
} from './operation';
import { planAccept } from './plan-accept';
import { type LedgerAnswer, settleAccept } from './settle-accept';

/* What the tests of this folder are written with; nothing else imports it. */

export const cpus = (amount: number): Resource => scalar('cpus', amount);
export const mem = (mb: number): Resource => scalar('mem', mb);

export const dynamic = (role: Role, principal?: Principal): Reservation => ({
  type: 'dynamic',
  role,
  ...(principal === undefined ? {} : { principal }),
});

export const reserved = (resource: Resource, ...reservations: (Role | Reservation)[]): Resource => ({
  ...resource,
  reservations: reservations.map((one) => (typeof one === 'string' ? dynamic(one) : one)),
});

/** Disk reserved to `eng`. */
export const engDisk = (mb: number): Resource => reserved(scalar('disk', mb), 'eng');

export interface VolumeOptions {
  readonly mb?: number;
  readonly shared?: boolean;
  readonly path?: string;
  readonly mode?: 'RW' | 'RO';
  readonly principal?: Principal;
  readonly reservations?: readonly Reservation[];
}

/** A shared volume of 64 MB on disk reserved to `eng`, unless said otherwise. */
export function volume(id: PersistenceId, options: VolumeOptions = {}): Resource {
  const { mb = 64, shared = true, path = id, mode = 'RW', principal, reservations = [dynamic('eng')] } = options;
  const persistence = principal === undefined ? { id } : { id, principal };
  return { ...scalar('disk', mb), reservations, shared, disk: { persistence, volume: { containerPath: path, mode } } };
}

export const framework = (more: Partial<FrameworkInfo> = {}): AcceptContext['framework'] => ({
  name: 'f',
  user: 'nobody',
  roles: ['eng'],
  capabilities: new Set(['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT']),
  failoverTimeoutMs: 0,
  checkpoint: true,
  labels: [],
  ...more,
  id: more.id ?? 'f1',
});

/** An ACCEPT of offers that hold `offered` (copies of a volume: name it more than once), by a framework of the role `eng`. */
export function context(offered: readonly Resource[], more: Partial<AcceptContext> = {}): AcceptContext {
  const role = more.role ?? 'eng';
  let launches = 0;
  return {
    framework: framework(),
    agentId: 'a1',
    agentTotal: Resources.of(Resources.of(offered).toList()),
    role,
    offered: Resources.of(offered).allocate(role),
    isTaskKnown: () => false,
    newLaunchId: () => `launch-${++launches}`,
    findExecutor: () => undefined,
    mayGrowShared: true,
    nowMs: 1_000,
    authorize: () => undefined,
    ...more,
  };
}

export const task = (taskId: string, resources: readonly Resource[], more: Partial<TaskInfo> = {}): TaskInfo => ({
  taskId,
  name: taskId,
  agentId: 'a1',
  resources: Resources.of(resources),
  command: { shell: true, value: 'true', args: [], environment: [] },
  labels: [],
  unsupportedFields: [],
  wire: new Uint8Array(),
  ...more,
});

export const launch = (...tasks: TaskInfo[]): LaunchOperation => ({
  type: 'LAUNCH',
  tasks: tasks.map((info) => ({ taskId: info.taskId, task: ok(info) })),
});

/** A default executor that takes 0.1 cpus, 32 MB of memory and 1 MB of disk reserved to `eng`, unless said otherwise. */
export function executor(executorId: string, resources = executorResources(), more: Partial<ExecutorInfo> = {}): ExecutorInfo {
  const described = `${executorId} ${Resources.of(resources)}`;
  return {
    executorId,
    type: 'DEFAULT',
    resources: Resources.of(resources),
    labels: [],
    unsupportedFields: [],
    wire: new TextEncoder().encode(described),
    ...more,
  };
}

/** One that the framework brings; otherwise the same. */
export const customExecutor = (executorId: string, resources = executorResources(), more: Partial<ExecutorInfo> = {}): ExecutorInfo =>
  executor(executorId, resources, {
    type: 'CUSTOM',
    command: { shell: true, value: './executor', args: [], environment: [] },
    wire: new TextEncoder().encode(`custom ${executorId} ${Resources.of(resources)}`),
    ...more,
  });

/** A task that this executor runs, of a LAUNCH. */
export function taskOf(of: ExecutorInfo, taskId: string, resources: readonly Resource[], more: Partial<TaskInfo> = {}): TaskInfo {
  const { command: _, ...info } = task(taskId, resources, more);
  return { ...info, executor: of };
}

export const executorResources = (): readonly Resource[] => [cpus(0.1), mem(32), engDisk(1)];

export const launchGroup = (of: ExecutorInfo, ...tasks: TaskInfo[]): LaunchGroupOperation => ({
  type: 'LAUNCH_GROUP',
  executor: of,
  tasks: tasks.map((info) => ({ taskId: info.taskId, task: ok(info) })),
});

/** By so many MB of the disk that the volume is made of. */
export const grow = (of: Resource, mb: number): ResizeOperation => ({ type: 'GROW_VOLUME', volume: of, change: diskUnder(of, mb) });
export const shrink = (of: Resource, mb: number): ResizeOperation => ({ type: 'SHRINK_VOLUME', volume: of, change: diskUnder(of, mb) });

const diskUnder = (of: Resource, mb: number): Resource => ({ ...toPlainDisk(of), value: scalar('disk', mb).value });

const operation =
  (type: ResourceOperationType) =>
  (...resources: Resource[]): ResourceOperation => ({ type, resources });

export const reserve = operation('RESERVE');
export const unreserve = operation('UNRESERVE');
export const create = operation('CREATE');
export const destroy = operation('DESTROY');
export const drain =
  (more: Partial<WhenUnused> = {}) =>
  (...resources: Resource[]): ResourceOperation => ({
    type: 'DESTROY',
    resources,
    whenUnused: { admitsReaders: false, onDeadline: 'cancel', ...more },
  });

/** A verified ledger that has these volumes, ready, held by these tasks of another framework. */
export function ledgerWith(volumes: readonly Resource[], holders: Readonly<Record<string, readonly Resource[]>> = {}): StoreLedger {
  const units = volumes.flatMap((resource): LedgerUnit[] => [
    { kind: 'create_volume', volume: keyOfVolume(resource), resource, creator: {}, agentId: 'a1' },
    { kind: 'confirm_created', volume: keyOfVolume(resource), generation: 1 },
  ]);
  const holds = Object.entries(holders).map(([taskId, held]): LedgerUnit => {
    const holder = { frameworkId: 'f0', taskId, launchId: `launch-of-${taskId}`, agentId: 'a1' };
    return { kind: 'acquire_volumes', holder, volumes: held.map((each) => ({ volume: keyOfVolume(each), mode: 'RW' })) };
  });
  const verified = { ...emptyLedger('s1'), epoch: 1, verifiedEpoch: 1 };
  return applyTransaction(verified, transaction([...units, ...holds])).ledger;
}

const transaction = (units: readonly LedgerUnit[]) => ({ storeId: 's1', epoch: 1, seenRevision: 0, nowMs: 1_000, units });

/** What the ledger of core/volumes answers to a plan, and what is left in it: its rules unit by unit, `requires` and `together` by the letter. */
export function askLedger(
  { units }: AcceptPlan,
  before: StoreLedger,
  refusesAnyway: (unit: LedgerUnit) => boolean = () => false,
): { answer: readonly UnitResult[]; ledger: StoreLedger } {
  let ledger = before;
  const answer: UnitResult[] = [];
  while (answer.length < units.length) {
    let after = ledger;
    const group = units
      .slice(answer.length, answer.length + (units[answer.length]!.together ?? 1))
      .map(({ requires = [], together: _, ...unit }): UnitResult => {
        const missing = requires.find((index) => answer[index]?.refusal);
        if (missing !== undefined) return { refusal: dependencyRefused(missing, 0) };
        if (refusesAnyway(unit)) return { refusal: refuse('agent_refused', { problem: 'A whim.' }) };
        const applied = applyTransaction(after, transaction([unit]));
        after = applied.ledger;
        return applied.result.results[0]!;
      });
    const at = group.findIndex(({ refusal }) => refusal);
    if (at < 0) ledger = after;
    const because = { refusal: dependencyRefused(answer.length + at, 0) };
    answer.push(...(at < 0 ? group : group.map((result) => (result.refusal ? result : because))));
  }
  return { answer, ledger };
}

/** Plans and settles; the ledger is a real one that knows the volumes of the offers, unless an answer is given. */
export function accept(
  of: AcceptContext,
  operations: readonly Operation[],
  ledger: StoreLedger | LedgerAnswer = ledgerWith(volumesIn(of)),
): Settlement {
  const plan = planAccept(of, operations);
  return settleAccept(plan, of, 'holdings' in ledger ? askLedger(plan, ledger).answer : ledger);
}

export const volumesIn = ({ agentTotal }: AcceptContext): readonly Resource[] => agentTotal.persistentVolumes().toList();

/** One word per operation, or per task of a LAUNCH or LAUNCH_GROUP: `applied`, `staged` or the refusal's code. */
export const outcomes = ({ results }: Pick<Settlement, 'results'>): readonly string[] =>
  results.map(({ type, refusal, tasks }) =>
    type.startsWith('LAUNCH') ? tasks.map((each) => each.refusal?.code ?? 'staged').join(' ') : (refusal?.code ?? 'applied'),
  );

/** As text without allocation role, sorted: for comparing in one glance. */
export const text = (resources: Resources): string => resources.unallocate().toString().split('; ').sort().join('; ');
