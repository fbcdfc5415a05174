import type { LedgerVolume } from '@holdfast/core/volumes';
import { compareHolders, type Look } from './holders';

const NOWHERE = '/nowhere/cluster';
const look = ({
  inLedger = [],
  atAgents = [],
  volumes = [],
}: {
  inLedger?: string[];
  atAgents?: string[];
  volumes?: Partial<LedgerVolume>[];
}): Look => ({
  volumes: volumes as LedgerVolume[],
  inLedger: new Map(inLedger.map((key) => [key, 'running'])),
  atAgents: new Map(atAgents.map((key) => [key, 'has it'])),
  states: [],
});
const checksOf = (seen: Look) => compareHolders(seen, NOWHERE).map(({ check }) => check);

describe('our own comparison of holders', () => {
  const held = 'a1 eng/v t1 l1';

  it('is content where ledger and agents say the same', () => {
    expect(checksOf(look({ inLedger: [held], atAgents: [held] }))).toEqual([]);
  });

  it('sees a task that the ledger does not know (promise 2)', () => {
    expect(checksOf(look({ atAgents: [held] }))).toEqual(['task without reference']);
  });

  it('sees a holder whose task is nowhere', () => {
    expect(checksOf(look({ inLedger: [held] }))).toEqual(['reference without task']);
  });

  it('tells two launches of one task apart', () => {
    expect(checksOf(look({ inLedger: [held], atAgents: ['a1 eng/v t1 l2'] }))).toEqual([
      'task without reference',
      'reference without task',
    ]);
  });

  it('sees a destroy that waits for nobody', () => {
    const volumes = [{ agentId: 'a1', volume: 'eng/v' as LedgerVolume['volume'], state: 'draining' as const }];
    expect(checksOf(look({ volumes }))).toEqual(['stuck drain']);
    expect(checksOf(look({ volumes, inLedger: [held], atAgents: [held] }))).toEqual([]);
  });
});
