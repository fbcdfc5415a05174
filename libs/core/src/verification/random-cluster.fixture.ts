import fc from 'fast-check';
import type { AccessMode, Holder } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { Drain, LedgerVolume } from '@holdfast/core/volumes';
import type { InspectedHolding, InspectedLaunch } from './agent-inspection';
import type { MasterTask, StoreLook } from './store-look';

export const AGENT = 'agent-1';
export const STORE = 'store-1';
const EPOCH = 3;

export const volumeResource = (id: string, sizeMb = 100, shared = true): Resource => ({
  name: 'disk',
  value: { kind: 'scalar', milli: sizeMb * 1000 },
  reservations: [{ type: 'dynamic', role: 'eng' }],
  disk: { persistence: { id }, volume: { containerPath: 'data', mode: 'RW' } },
  shared,
  revocable: false,
});

const DRAIN: Drain = { requester: { principal: 'ops' }, isMade: true, admitsReaders: false, sinceMs: 1, onDeadline: 'cancel' };

/** How far a volume has come in its life, with whatever the three are still telling one another. */
const volumeStage = fc.constantFrom(
  'creating',
  'ready',
  'draining',
  'destroying, not begun by the agent',
  'destroying, being deleted',
  'destroying, deleted, not yet written',
  'gone, its disk not yet returned',
  'gone',
);

const taskStage = fc.constantFrom(
  'on its way to the agent',
  'being set up',
  'running',
  'running and not yet recorded so',
  'told to end',
  'over, not acknowledged',
  'forgotten',
);

type VolumeStage = typeof volumeStage extends fc.Arbitrary<infer T> ? T : never;
type TaskStage = typeof taskStage extends fc.Arbitrary<infer T> ? T : never;

interface PlannedVolume {
  readonly stage: VolumeStage;
  readonly sizeMb: number;
  readonly shared: boolean;
  readonly generation: number;
}

interface PlannedTask {
  readonly stage: TaskStage;
  readonly modes: readonly (AccessMode | undefined)[];
}

interface Plan {
  readonly isolation: 'namespaces' | 'plain';
  readonly volumes: readonly PlannedVolume[];
  readonly tasks: readonly PlannedTask[];
}

const mode = fc.option(fc.constantFrom<AccessMode>('RW', 'RO'), { nil: undefined });

const plan: fc.Arbitrary<Plan> = fc.record({
  isolation: fc.constantFrom('namespaces', 'plain'),
  volumes: fc.array(
    fc.record({
      stage: volumeStage,
      sizeMb: fc.integer({ min: 1, max: 3 }),
      shared: fc.boolean(),
      generation: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 5 },
  ),
  tasks: fc.array(fc.record({ stage: taskStage, modes: fc.array(mode, { minLength: 5, maxLength: 5 }) }), { maxLength: 6 }),
});

/** One store as it may legally be at an instant, whatever is under way. */
export const consistentLook: fc.Arbitrary<StoreLook> = plan.map(asLook);

const HOLDING: readonly TaskStage[] = [
  'on its way to the agent',
  'being set up',
  'running',
  'running and not yet recorded so',
  'told to end',
];
const isHolding = ({ stage }: PlannedTask): boolean => HOLDING.includes(stage);

function asLook({ isolation, volumes, tasks }: Plan): StoreLook {
  const admits = ({ stage }: PlannedVolume) => stage === 'creating' || stage === 'ready' || stage === 'draining';
  // One holder at most where the volume is not shared.
  const used = tasks.map(({ modes }, task) =>
    volumes.flatMap((volume, at) => {
      const earlier = tasks.slice(0, task).some((other) => isHolding(other) && other.modes[at] !== undefined);
      const wanted = modes[at];
      return wanted === undefined || !admits(volume) || (!volume.shared && earlier) ? [] : [{ volume: `eng/v${at}`, mode: wanted }];
    }),
  );
  const holders = (key: string): Holder[] =>
    tasks.flatMap((task, at) => {
      const held = isHolding(task) ? used[at]?.find(({ volume }) => volume === key) : undefined;
      return held ? [{ ...refOf(at), agentId: AGENT, mode: held.mode, state: holderState(task.stage), sinceMs: 1 }] : [];
    });
  const agentHas = ({ stage }: PlannedVolume) => !stage.startsWith('gone') && stage !== 'destroying, deleted, not yet written';
  return {
    storeId: STORE,
    agentId: AGENT,
    epoch: EPOCH,
    standing: { storeId: STORE, epoch: EPOCH, revision: 9, isVerified: true },
    ledger: volumes.map((volume, at): LedgerVolume => {
      const key = `eng/v${at}`;
      const held = holders(key);
      const state = stateOf(volume, held.length > 0);
      return {
        storeId: STORE,
        volume: key,
        state,
        generation: volume.generation,
        resource: volumeResource(`v${at}`, volume.sizeMb, volume.shared),
        creator: {},
        agentId: AGENT,
        createdMs: 0,
        holders: held,
        revision: 9,
        ...(state === 'draining' && { drain: DRAIN }),
      };
    }),
    master: {
      volumes: volumes.flatMap((volume, at) => (admits(volume) ? [volumeResource(`v${at}`, volume.sizeMb, volume.shared)] : [])),
      destroying: new Set(
        volumes.flatMap(({ stage }, at) =>
          stage.startsWith('destroying') || stage === 'gone, its disk not yet returned' ? [`eng/v${at}`] : [],
        ),
      ),
      tasks: tasks.flatMap((task, at) => (task.stage === 'forgotten' ? [] : [masterTask(task, at, used[at] ?? [])])),
    },
    agent: {
      volumes: volumes.flatMap((volume, at) => {
        const isDestroying = volume.stage === 'destroying, being deleted';
        return agentHas(volume)
          ? [{ resource: volumeResource(`v${at}`, volume.sizeMb, volume.shared), hasData: !isDestroying, isDestroying }]
          : [];
      }),
      launches: tasks.flatMap((task, at) =>
        isHolding(task) && task.stage !== 'on its way to the agent' ? [inspectedLaunch(task, at, used[at] ?? [], isolation)] : [],
      ),
      strayMounts: [],
    },
  };
}

const refOf = (at: number) => ({ frameworkId: 'f1', taskId: `t${at}`, launchId: `l${at}` });

function stateOf({ stage }: PlannedVolume, isHeld: boolean): LedgerVolume['state'] {
  if (stage === 'draining') return isHeld ? 'draining' : 'ready';
  if (stage === 'creating' || stage === 'ready') return stage;
  return stage.startsWith('gone') ? 'gone' : 'destroying';
}

function holderState(stage: TaskStage): Holder['state'] {
  if (stage === 'told to end') return 'ending';
  return stage === 'running' ? 'running' : 'pending';
}

const MASTER_STATE: Readonly<Record<TaskStage, MasterTask['state']>> = {
  'on its way to the agent': 'TASK_STAGING',
  'being set up': 'TASK_STARTING',
  running: 'TASK_RUNNING',
  'running and not yet recorded so': 'TASK_STARTING',
  'told to end': 'TASK_KILLED',
  'over, not acknowledged': 'TASK_FINISHED',
  forgotten: 'TASK_FINISHED',
};

const masterTask = (task: PlannedTask, at: number, used: readonly { readonly volume: string }[]): MasterTask => ({
  ...refOf(at),
  state: MASTER_STATE[task.stage],
  isGone: !isHolding(task),
  volumes: used.map(({ volume }) => volume),
});

function inspectedLaunch(
  { stage }: PlannedTask,
  at: number,
  used: readonly { readonly volume: string; readonly mode: AccessMode }[],
  isolation: Plan['isolation'],
): InspectedLaunch {
  const hasProcess = stage !== 'being set up';
  const volumes: readonly InspectedHolding[] = used.map((held) =>
    hasProcess && isolation === 'namespaces' ? { ...held, isMounted: true } : held,
  );
  return { ...refOf(at), volumes, ...(hasProcess && { pid: 1000 + at }) };
}
