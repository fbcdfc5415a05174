import { Resources } from '@holdfast/core/resources';
import { checkOffers } from './check-offers';
import type { Offer } from './offer';

const offer = (id: string, more: Partial<Offer> = {}): Offer => ({
  id,
  frameworkId: 'f1',
  agentId: 'a1',
  hostname: 'h1',
  role: 'eng',
  resources: Resources.empty,
  attributes: [],
  ...more,
});

const OUTSTANDING = [
  offer('o1'),
  offer('o2'),
  offer('other-framework', { frameworkId: 'f2' }),
  offer('other-role', { role: 'ops' }),
  offer('other-agent', { agentId: 'a2' }),
  offer('other-both', { role: 'ops', agentId: 'a2' }),
];

const check = (...ids: string[]) => {
  const { offers, refusal } = checkOffers(ids, 'f1', (id) => OUTSTANDING.find((each) => each.id === id));
  return { offers: offers.map(({ id }) => id), code: refusal?.code, message: refusal?.message };
};

describe('checkOffers', () => {
  it('passes one offer, and several of one agent and role (D-020, D-024)', () => {
    expect(check('o1')).toEqual({ offers: ['o1'] });
    expect(check('o2', 'o1')).toEqual({ offers: ['o2', 'o1'] });
  });

  it('refuses a call without offers (D-020)', () => {
    expect(check()).toMatchObject({ offers: [], code: 'offers_mixed', message: 'The call names no offer.' });
  });

  it('looks for repetitions first, then for what is gone, whose it is, role and agent (D-020)', () => {
    expect(check('o1', 'gone', 'other-framework', 'o1')).toMatchObject({ code: 'offers_mixed', message: 'The call names offer o1 twice.' });
    expect(check('other-framework', 'gone', 'other-role')).toMatchObject({ code: 'offer_gone' });
    expect(check('o1', 'other-role', 'other-framework')).toMatchObject({ code: 'offer_not_yours' });
    expect(check('o1', 'other-both')).toMatchObject({ code: 'offers_mixed', message: expect.stringContaining('different roles') });
    expect(check('o1', 'other-agent')).toMatchObject({ code: 'offers_mixed', message: expect.stringContaining('different agents') });
  });

  it('still names the offers that an invalid ACCEPT uses up: the framework’s own, each once (D-021)', () => {
    expect(check('o1', 'gone', 'other-framework', 'o2', 'o1').offers).toEqual(['o1', 'o2']);
  });
});
