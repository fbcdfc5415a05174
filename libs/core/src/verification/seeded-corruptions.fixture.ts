import type { Holder } from '@holdfast/core/base';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { LedgerVolume, VolumeKey } from '@holdfast/core/volumes';
import type { AgentInspection } from './agent-inspection';
import type { DifferenceKind } from './ledger-difference';
import { AGENT, volumeResource } from './random-cluster.fixture';
import type { MasterView, StoreLook } from './store-look';

export interface Corrupted {
  readonly look: StoreLook;
  readonly kind: DifferenceKind;
  readonly volume?: VolumeKey;
  readonly launchId?: string;
}

/** Spoils one thing of a consistent look, chosen by `pick`; undefined where there is nothing of the sort in it. */
type Corruption = (look: StoreLook, pick: number) => Corrupted | undefined;

const choose = <T>(all: readonly T[], pick: number): T | undefined => all[pick % (all.length || 1)];
const LIVE: readonly string[] = ['creating', 'ready', 'draining'];
const live = ({ ledger }: StoreLook) => ledger.filter(({ state }) => LIVE.includes(state));
const withAgent = (look: StoreLook, change: (agent: AgentInspection) => Partial<AgentInspection>): StoreLook =>
  look.agent ? { ...look, agent: { ...look.agent, ...change(look.agent) } } : look;
const withMaster = (look: StoreLook, change: (master: MasterView) => Partial<MasterView>): StoreLook =>
  look.master ? { ...look, master: { ...look.master, ...change(look.master) } } : look;
const withVolume = (look: StoreLook, key: VolumeKey, change: Partial<LedgerVolume>): StoreLook => ({
  ...look,
  ledger: look.ledger.map((volume) => (volume.volume === key ? { ...volume, ...change } : volume)),
});

/** What launches have, as (volume, launch) pairs. */
const held = ({ agent }: StoreLook) =>
  (agent?.launches ?? []).flatMap((launch) => launch.volumes.map((holding) => ({ volume: holding.volume, launch, holding })));

const ghost = (launchId: string): Holder => ({
  frameworkId: 'f9',
  taskId: 'ghost',
  launchId,
  agentId: AGENT,
  mode: 'RW',
  state: 'running',
  sinceMs: 1,
});

const onVolume =
  (
    kind: DifferenceKind,
    candidates: (look: StoreLook) => readonly LedgerVolume[],
    spoil: (look: StoreLook, volume: LedgerVolume) => StoreLook,
  ): Corruption =>
  (look, pick) => {
    const volume = choose(candidates(look), pick);
    return volume && { look: spoil(look, volume), kind, volume: volume.volume };
  };

const onHolding =
  (
    kind: DifferenceKind,
    candidates: (look: StoreLook) => ReturnType<typeof held>,
    spoil: (look: StoreLook, one: ReturnType<typeof held>[number]) => StoreLook,
  ): Corruption =>
  (look, pick) => {
    const one = choose(candidates(look), pick);
    return one && { look: spoil(look, one), kind, volume: one.volume, launchId: one.launch.launchId };
  };

const withoutHolder = (look: StoreLook, key: VolumeKey, launchId: string): StoreLook => {
  const holders = look.ledger.find(({ volume }) => volume === key)?.holders ?? [];
  return withVolume(look, key, { holders: holders.filter((holder) => holder.launchId !== launchId) });
};

const inState = (look: StoreLook, states: readonly string[]) => look.ledger.filter(({ state }) => states.includes(state));
const hasName = (key: VolumeKey) => (resource: Parameters<typeof keyOfVolume>[0]) => keyOfVolume(resource) === key;

export const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'the agent has lost a volume': onVolume('volume_missing', live, (look, { volume }) =>
    withAgent(look, ({ volumes }) => ({ volumes: volumes.filter(({ resource }) => !hasName(volume)(resource)) })),
  ),
  'the agent deletes a volume on its own': onVolume('volume_missing', live, (look, { volume }) =>
    withAgent(look, ({ volumes }) => ({
      volumes: volumes.map((one) => (hasName(volume)(one.resource) ? { ...one, isDestroying: true } : one)),
    })),
  ),
  'the ledger has lost a volume': onVolume('volume_unrecorded', live, (look, { volume }) => ({
    ...look,
    ledger: look.ledger.filter((one) => one.volume !== volume),
  })),
  'a volume that is gone is on the agent': onVolume(
    'volume_unrecorded',
    (look) => inState(look, ['gone']),
    (look, { resource }) => withAgent(look, ({ volumes }) => ({ volumes: [...volumes, { resource, hasData: true, isDestroying: false }] })),
  ),
  'the ledger has another size': onVolume('volume_differs', live, (look, { volume }) =>
    withVolume(look, volume, { resource: volumeResource(volume.slice(4), 77) }),
  ),
  'the ledger has another sharedness': onVolume('volume_differs', live, (look, { volume, resource }) =>
    withVolume(look, volume, { resource: { ...resource, shared: !resource.shared } }),
  ),
  'the ledger has another agent': onVolume('volume_differs', live, (look, { volume }) => withVolume(look, volume, { agentId: 'agent-7' })),
  'the master has another size': onVolume('volume_differs', live, (look, { volume }) =>
    withMaster(look, ({ volumes }) => ({
      volumes: volumes.map((one) => (hasName(volume)(one) ? volumeResource(volume.slice(4), 77) : one)),
    })),
  ),
  'the agent has another reservation': onVolume('volume_differs', live, (look, { volume }) =>
    withAgent(look, ({ volumes }) => ({
      volumes: volumes.map((one) =>
        hasName(volume)(one.resource)
          ? { ...one, resource: { ...one.resource, reservations: [{ type: 'dynamic', role: 'eng', principal: 'eve' }] } }
          : one,
      ),
    })),
  ),
  'a directory is not there': onVolume('volume_data_missing', live, (look, { volume }) =>
    withAgent(look, ({ volumes }) => ({
      volumes: volumes.map((one) => (hasName(volume)(one.resource) ? { ...one, hasData: false } : one)),
    })),
  ),
  'the master has forgotten a volume': onVolume('volume_unknown_to_master', live, (look, { volume }) =>
    withMaster(look, ({ volumes }) => ({ volumes: volumes.filter((one) => !hasName(volume)(one)) })),
  ),
  'the master offers a volume that is being destroyed, or gone': onVolume(
    'volume_unknown_to_master',
    (look) => inState(look, ['destroying', 'gone']),
    (look, { resource }) => withMaster(look, ({ volumes }) => ({ volumes: [...volumes, resource] })),
  ),
  'a holder is lost': onHolding('holder_missing', held, (look, { volume, launch }) => withoutHolder(look, volume, launch.launchId)),
  'a holder is left over': (look, pick) => {
    const volume = choose(live(look), pick);
    const spoilt = volume && withVolume(look, volume.volume, { holders: [...volume.holders, ghost('l99')] });
    return volume && spoilt && { look: spoilt, kind: 'holder_without_task', volume: volume.volume, launchId: 'l99' };
  },
  'a pending holder is left over': (look, pick) => {
    const volume = choose(live(look), pick);
    const left: Holder = { ...ghost('l98'), state: 'pending' };
    const spoilt = volume && withVolume(look, volume.volume, { holders: [...volume.holders, left] });
    return volume && spoilt && { look: spoilt, kind: 'holder_without_task', volume: volume.volume, launchId: 'l98' };
  },
  'a launch that ran is on no agent': onHolding(
    'holder_without_task',
    // With one volume, so that there is one holder too many.
    (look) => held(look).filter((one) => one.launch.volumes.length === 1 && isNotPending(look, one)),
    (look, { launch }) => withAgent(look, ({ launches }) => ({ launches: launches.filter((one) => one !== launch) })),
  ),
  'the master has forgotten a task': onHolding(
    'holder_unknown_to_master',
    (look) => held(look).filter(({ launch }) => launch.volumes.length === 1),
    (look, { launch }) => withMaster(look, ({ tasks }) => ({ tasks: tasks.filter(({ launchId }) => launchId !== launch.launchId) })),
  ),
  'the master takes a task for gone': onHolding(
    'holder_unknown_to_master',
    (look) => held(look).filter(({ launch }) => launch.volumes.length === 1),
    (look, { launch }) =>
      withMaster(look, ({ tasks }) => ({
        tasks: tasks.map((task) => (task.launchId === launch.launchId ? { ...task, isGone: true } : task)),
      })),
  ),
  'a volume is destroyed under a task': onHolding(
    'destroyed_while_mounted',
    (look) =>
      held(look).filter(({ volume, holding }) => holding.isMounted === true && held(look).filter((o) => o.volume === volume).length === 1),
    (look, { volume }) =>
      withMaster(withVolume(look, volume, { state: 'destroying', holders: [] }), ({ volumes }) => ({
        volumes: volumes.filter((one) => !hasName(volume)(one)),
      })),
  ),
  'a volume is destroyed under a task whose mounts nobody can see': onHolding(
    'holder_missing',
    (look) =>
      held(look).filter(
        ({ volume, holding }) => holding.isMounted === undefined && held(look).filter((o) => o.volume === volume).length === 1,
      ),
    (look, { volume }) =>
      withMaster(withVolume(look, volume, { state: 'destroying', holders: [] }), ({ volumes }) => ({
        volumes: volumes.filter((one) => !hasName(volume)(one)),
      })),
  ),
  'a stray process has a volume': onVolume('stray_mount', live, (look, { volume }) =>
    withAgent(look, () => ({ strayMounts: [{ volume, pid: 4711 }] })),
  ),
  'a drain has outlived its last holder': onVolume(
    'drain_stuck',
    (look) => inState(look, ['ready']).filter(({ holders }) => holders.length === 0),
    (look, { volume }) => withVolume(look, volume, { state: 'draining' }),
  ),
  'the store is not verified': (look) => ({
    look: { ...look, standing: { storeId: look.storeId, epoch: look.epoch, revision: 9, isVerified: false } },
    kind: 'store_unverified',
  }),
  'the store was verified under an earlier master': (look) => ({ look: { ...look, epoch: look.epoch + 1 }, kind: 'store_unverified' }),
};

function isNotPending({ ledger }: StoreLook, { volume, launch }: ReturnType<typeof held>[number]): boolean {
  const holder = ledger.find((one) => one.volume === volume)?.holders.find(({ launchId }) => launchId === launch.launchId);
  return holder !== undefined && holder.state !== 'pending';
}
