import type { LedgerVolume } from '@holdfast/core/volumes';
import { compareStore } from './compare-store';
import { AGENT, STORE, volumeResource } from './random-cluster.fixture';
import { stillDiffering } from './still-differing';
import type { StoreLook } from './store-look';

const V = 'eng/v1';
const holder = { frameworkId: 'f1', taskId: 't1', launchId: 'l1', agentId: AGENT, mode: 'RW', state: 'running', sinceMs: 1 } as const;
const volume = (more: Partial<LedgerVolume> = {}): LedgerVolume => ({
  storeId: STORE,
  volume: V,
  state: 'ready',
  generation: 2,
  resource: volumeResource('v1'),
  creator: {},
  agentId: AGENT,
  createdMs: 0,
  holders: [],
  revision: 5,
  ...more,
});
const task = { frameworkId: 'f1', taskId: 't1', launchId: 'l1', state: 'TASK_RUNNING', isGone: false, volumes: [V] } as const;
const launch = { frameworkId: 'f1', taskId: 't1', launchId: 'l1', pid: 42, volumes: [{ volume: V, mode: 'RW', isMounted: true }] } as const;

/** One held volume, the same to all three. */
const base: StoreLook = {
  storeId: STORE,
  agentId: AGENT,
  epoch: 3,
  standing: { storeId: STORE, epoch: 3, revision: 5, isVerified: true },
  ledger: [volume({ holders: [holder] })],
  master: { volumes: [volumeResource('v1')], destroying: new Set(), tasks: [task] },
  agent: { volumes: [{ resource: volumeResource('v1'), hasData: true, isDestroying: false }], launches: [launch], strayMounts: [] },
};
const away = ({ agent: _, ...look }: StoreLook): StoreLook => look;
const kinds = (look: StoreLook) => compareStore(look).map(({ kind, isRepairable }) => `${kind}${isRepairable ? '' : ', for a person'}`);

describe('a difference', () => {
  it('says what each of the three says, what to do, and names volume and holder', () => {
    expect(compareStore({ ...base, ledger: [volume()] })).toEqual([
      {
        kind: 'holder_missing',
        message:
          'Task t1 of framework f1 (launch l1) has volume eng/v1, and is not among its holders: a DESTROY would be granted under it.',
        storeId: STORE,
        agentId: AGENT,
        volume: V,
        holder: { ...holder, sinceMs: 0 },
        evidence: {
          ledger: 'not a holder; the volume is ready',
          master: 'TASK_RUNNING',
          agent: 'a launch with process 42, RW, mounted',
        },
        remedy: 'The agent reports anew, and ledger and master follow its report.',
        isRepairable: true,
      },
    ]);
  });

  it('is none where all agree', () => {
    expect(compareStore(base)).toEqual([]);
  });

  it('that a report would not mend is left to a person', () => {
    const agent = base.agent!;
    // The ledger keeps what is held, whatever the agent has.
    expect(kinds({ ...base, agent: { ...agent, volumes: [] } })).toEqual(['volume_missing, for a person']);
    expect(kinds({ ...base, ledger: [volume()], agent: { ...agent, volumes: [], launches: [] } })).toEqual(['volume_missing']);
    const destroyed = { ...base, master: { ...base.master!, volumes: [] } };
    expect(kinds({ ...destroyed, ledger: [volume({ state: 'destroying' })] })).toEqual(['destroyed_while_mounted, for a person']);
    // Promise 1 is broken whatever the mounts say, when the ledger itself has the holder.
    expect(kinds({ ...destroyed, ledger: [volume({ state: 'destroying', holders: [holder] })] })).toEqual([
      'destroyed_while_mounted, for a person',
    ]);
    expect(kinds({ ...destroyed, ledger: [volume({ state: 'gone' })] })).toEqual(['volume_unrecorded', 'destroyed_while_mounted']);
    expect(kinds({ ...base, agent: { ...agent, strayMounts: [{ volume: V, pid: 7 }] } })).toEqual(['stray_mount, for a person']);
  });

  it('about several stray processes is one, and names them', () => {
    const strayMounts = [7, 8].map((pid) => ({ volume: V, pid }));
    expect(compareStore({ ...base, agent: { ...base.agent!, strayMounts } })[0]?.message).toContain('is mounted by processes 7, 8');
  });

  it('is still one only if it was one before, as it is now', () => {
    const [now] = compareStore({ ...base, ledger: [volume()] });
    const [other] = compareStore({ ...base, ledger: [volume({ volume: 'eng/v2', resource: volumeResource('v2') })] });
    const before = { ...now!, message: 'earlier words' };
    expect(stillDiffering([before, other!], [now!])).toEqual([now]);
    expect(stillDiffering([other!], [now!])).toEqual([]);
  });
});

describe('an agent that is away', () => {
  it('must have its tasks held for, and a person brings it back', () => {
    expect(kinds(away({ ...base, ledger: [volume()] }))).toEqual(['holder_missing, for a person']);
    const gone = { ...base.master!, tasks: [{ ...task, isGone: true }] };
    expect(kinds(away({ ...base, ledger: [volume()], master: gone }))).toEqual([]);
  });

  it('may have holders of which nobody else knows, and be behind with what is being made, deleted or resized', () => {
    const nothing = { volumes: [], destroying: new Set<string>(), tasks: [] };
    const ghost = { ...holder, launchId: 'l9' };
    expect(kinds(away({ ...base, ledger: [volume({ holders: [holder, ghost] })] }))).toEqual([]);
    expect(kinds(away({ ...base, ledger: [volume({ state: 'creating' })], master: nothing }))).toEqual([]);
    expect(kinds(away({ ...base, ledger: [volume({ state: 'destroying' })], master: { ...base.master!, tasks: [] } }))).toEqual([]);
    expect(kinds(away({ ...base, ledger: [volume({ holders: [holder], resource: volumeResource('v1', 7) })] }))).toEqual([]);
  });

  it('is told of where ledger and master contradict each other all the same', () => {
    const nothing = { volumes: [], destroying: new Set<string>(), tasks: [] };
    expect(kinds(away({ ...base, ledger: [volume()], master: nothing }))).toEqual(['volume_unknown_to_master, for a person']);
    expect(kinds(away({ ...base, ledger: [], master: { ...base.master!, tasks: [] } }))).toEqual([
      'volume_unknown_to_master, for a person',
    ]);
  });

  it('is not at fault that its store is not verified, nor that a master that has just begun knows nothing of it', () => {
    const { master: _, ...unheard } = away({ ...base, epoch: 4 });
    expect(compareStore(unheard)).toEqual([]);
  });
});

describe('a store without agent', () => {
  const { agentId: _, master: __, ...orphan } = away(base);

  it('is told of as long as it has volumes', () => {
    const ledger = [volume(), volume({ volume: 'eng/v2', state: 'gone' })];
    expect(compareStore({ ...orphan, ledger })).toMatchObject([
      { kind: 'store_without_agent', isRepairable: false, evidence: { ledger: 'eng/v1 (ready); last on agent agent-1; revision 5' } },
    ]);
    expect(compareStore({ ...orphan, ledger: [volume({ state: 'gone' })] })).toEqual([]);
  });
});
