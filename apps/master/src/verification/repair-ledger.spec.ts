import { parseAcls } from '@holdfast/core/authorization';
import { scalar } from '@holdfast/core/resources';
import type { LedgerUnit } from '@holdfast/core/volumes';
import type { RepairAnswer } from '@holdfast/contracts';
import type { RecordedLog } from '@holdfast/testing/log';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryFramework } from '../master.fixture';
import { repairLedger } from './repair-ledger';
import { inTime, StoryStore } from './story-store.fixture';

const cpu = scalar('cpus', 0.1);
const V = volume('v1', 100);
const KEY = 'eng/v1';

let story: MasterStory;
let store: StoryStore;
let eng: StoryFramework;

async function begin(acls?: ConstructorParameters<typeof MasterStory>[1]): Promise<void> {
  story = new MasterStory({}, acls);
  eng = story.subscribe();
  store = await StoryStore.start(story);
  const create = { type: 'CREATE', resources: [V] } as const;
  await story.accept(eng, story.offer(eng, store.agent, [cpu, engDisk(100)]), create, launch(store.id, ['t1', cpu, V]));
  await new Promise(setImmediate);
  await store.report('t1', 'TASK_RUNNING');
}

async function repair(apply: boolean, caller: string | undefined = 'ops'): Promise<RepairAnswer> {
  const answer = await inTime(story, repairLedger(story.deps, caller, { apply, settleMs: 500 }));
  if (!answer.ok) throw new Error(answer.refusal.message);
  return answer.value;
}
const spoilLedger = (...units: readonly LedgerUnit[]) =>
  story.ledger.store.apply({ storeId: 'store-1', epoch: 1, seenRevision: 0, nowMs: story.world.nowMs(), units });
const ref = (taskId: string, launchId: string) => ({ frameworkId: eng.framework.id, taskId, launchId, agentId: store.id });
/** t1 is no longer a holder, and somebody is whom nobody knows. */
const mixUpHolders = () =>
  spoilLedger(
    { kind: 'release_volumes', holder: ref('t1', [...store.launches.keys()][0] ?? ''), volumes: [KEY], cause: 'test' },
    { kind: 'acquire_volumes', holder: ref('ghost', 'l9'), volumes: [{ volume: KEY, mode: 'RW' }] },
  );
const said = ({ repairs }: RepairAnswer) => repairs.map(({ difference, isDone }) => [difference.kind, isDone]);
const audit = () =>
  (story.deps.log as RecordedLog).lines.filter(({ message }) => message.startsWith('ledger repair')).map(({ fields }) => fields);

describe('a repair', () => {
  beforeEach(() => begin());

  it('that is a dry run says what would be done, and does nothing', async () => {
    await mixUpHolders();
    const { revision } = (await story.ledger.store.readStores())[0]!;
    expect((await repair(false)).repairs).toMatchObject([
      { difference: { kind: 'holder_without_task' }, action: 'The agent reports anew, and ledger and master follow its report.' },
      { difference: { kind: 'holder_missing' } },
    ]);
    expect(said(await repair(false))).toEqual([
      ['holder_without_task', undefined],
      ['holder_missing', undefined],
    ]);
    expect(store.drops).toEqual([]);
    expect((await story.ledger.store.readStores())[0]?.revision).toBe(revision);
    expect(audit()).toEqual([]);
  });

  it('has the agent report anew, and is done when nothing differs after that; history and log say who asked', async () => {
    await mixUpHolders();
    expect(said(await repair(true))).toEqual([
      ['holder_without_task', true],
      ['holder_missing', true],
    ]);
    expect(store.drops).toHaveLength(1);
    expect(await story.holders(KEY)).toEqual(['t1 running']);
    const history = await story.ledger.readHistory('store-1', KEY, 0, 100);
    expect(
      history
        .slice(-2)
        .map(({ change, by, holder }) => [change, by, holder?.taskId])
        .sort(),
    ).toEqual([
      ['volume_acquired', 'ops', 't1'],
      ['volume_released', 'ops', 'ghost'],
    ]);
    expect(audit()).toMatchObject([
      { principal: 'ops', kind: 'holder_without_task', isDone: true },
      { principal: 'ops', kind: 'holder_missing', isDone: true },
    ]);
    expect(said(await repair(true))).toEqual([]);
  });

  it('leaves alone what no evidence can mend, and says what a person must do', async () => {
    store.lost.add(KEY);
    const { repairs } = await repair(true);
    expect(repairs).toMatchObject([{ difference: { kind: 'volume_data_missing' }, isDone: false }]);
    expect(repairs[0]?.action).toContain('Nothing by itself. Mount the disk again');
    expect(store.drops).toEqual([]);
  });

  it('is not done while the agent does not come back, and says so', async () => {
    await mixUpHolders();
    store.isLost = true;
    const { repairs } = await repair(true);
    expect(repairs.map(({ isDone }) => isDone)).toEqual([false, false]);
    expect(repairs[0]?.action).toContain('But its agent did not register again within 30 s.');
  });

  it('is not done when the ledger does not take the report', async () => {
    await mixUpHolders();
    story.ledger.isLinked = false;
    const { repairs } = await repair(true);
    expect(repairs.map(({ isDone }) => isDone)).toEqual([false, false]);
    expect(repairs[0]?.action).toContain('But the ledger could not be reconciled with the report of its agent.');
  });

  it('tells also of what only its report has brought to light', async () => {
    await mixUpHolders();
    const { reconcile } = story.ledger;
    story.ledger.reconcile = async (report) => {
      store.lost.add(KEY);
      return reconcile.call(story.ledger, report);
    };
    const { repairs } = await repair(true);
    expect(said({ repairs, stores: [] })).toEqual([
      ['holder_without_task', true],
      ['holder_missing', true],
      ['volume_data_missing', false],
    ]);
    expect(repairs.at(-1)?.action).toContain('Not yet: it was found after the repair.');
  });
});

describe('who may repair', () => {
  const acls = parseAcls({
    repair_ledger: [
      { principals: { values: ['ops'] }, agents: { type: 'ANY' } },
      { principals: { type: 'ANY' }, agents: { type: 'NONE' } },
    ],
  });

  it('is for the ACLs to say; a dry run changes nothing, so anybody may ask for it', async () => {
    if (!acls.ok) throw new Error(acls.refusal.message);
    await begin(acls.value);
    expect(await repairLedger(story.deps, 'eve', { apply: true })).toMatchObject({
      refusal: { code: 'unauthorized', details: { principal: 'eve', action: 'repair the ledger of every agent' } },
    });
    expect(await repairLedger(story.deps, 'eve', { apply: true, agentId: store.id })).toMatchObject({ refusal: { code: 'unauthorized' } });
    expect((await repair(false, 'eve')).repairs).toEqual([]);
    expect((await repair(true, 'ops')).repairs).toEqual([]);
  });
});
