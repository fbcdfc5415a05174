import type { OfferConstraints } from '@holdfast/core/offers';
import { scalar } from '@holdfast/core/resources';
import { frameworkInfo } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';

const cpu = scalar('cpus', 1);
const rackOne: OfferConstraints = {
  eng: [[{ selector: { kind: 'attribute', name: 'rack' }, predicate: { kind: 'text_equals', value: 'r1' } }]],
};

describe('UPDATE_FRAMEWORK', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe({ principal: 'ada', roles: ['eng', 'ops', 'dev'] }, { suppressedRoles: ['dev'], offerConstraints: rackOne });
    agent = await story.register();
  });

  const update = (
    more: Parameters<typeof frameworkInfo>[0],
    rest: { suppressedRoles?: string[]; offerConstraints?: OfferConstraints } = {},
  ) =>
    story.call(eng, {
      type: 'UPDATE_FRAMEWORK',
      framework: frameworkInfo({ id: eng.framework.id, principal: 'ada', ...more }),
      suppressedRoles: [],
      ...rest,
    });
  const booked = () => story.changes.findLast((change) => change.kind === 'put_framework');

  it('replaces what SUBSCRIBE said, suppressed roles and offer constraints too; what it leaves out is gone (C-056, C-060, D-015)', async () => {
    expect(booked()).toMatchObject({ suppressedRoles: ['dev'], offerConstraints: rackOne });
    expect(await update({ roles: ['eng', 'new'], name: 'renamed' }, { suppressedRoles: ['new'] })).toEqual({});
    expect(booked()).toMatchObject({ roles: ['eng', 'new'], suppressedRoles: ['new'], active: true });
    expect(booked()).not.toHaveProperty('offerConstraints');
    expect(eng.framework.info.name).toBe('renamed');
    expect(story.saved.frameworks.at(-1)).toMatchObject({ info: { name: 'renamed', roles: ['eng', 'new'] } });
    await update({ roles: ['eng'] }, { offerConstraints: rackOne });
    expect(booked()).toMatchObject({ suppressedRoles: [], offerConstraints: rackOne });
  });

  it('rescinds offers for roles that it leaves, and keeps those for roles that it suppresses (D-015)', async () => {
    const [kept, left] = [story.offer(eng, agent, [cpu], 'eng'), story.offer(eng, agent, [cpu], 'ops')];
    await update({ roles: ['eng'] }, { suppressedRoles: ['eng'] });
    expect(eng.events.filter(({ type }) => type === 'RESCIND')).toEqual([{ type: 'RESCIND', offerId: left }]);
    expect(story.deps.offers.get(kept ?? '')).toBeDefined();
    // The allocator has heard of the roles before it gets anything back to offer.
    expect(story.changes.slice(-2).map(({ kind }) => kind)).toEqual(['put_framework', 'recover_resources']);
  });

  it.each([
    ['another user', { user: 'other' }, 'user cannot change'],
    ['another checkpoint', { checkpoint: false }, 'checkpoint cannot change'],
    ['another principal', { principal: 'bob' }, 'principal cannot change'],
    ['another id', { id: 'other' }, 'framework_info.id must be'],
    ['no id', { id: undefined as never }, 'framework_info.id must be'],
    ['a role twice', { roles: ['eng', 'eng'] }, 'twice'],
    ['a role that cannot be', { roles: ['-eng'] }, ''],
    ['a failover timeout that cannot be', { failoverTimeoutMs: -1 }, 'failover_timeout'],
  ])('with %s is refused, and changes nothing (D-006, D-015)', async (_, more, problem) => {
    story.offer(eng, agent, [cpu], 'ops');
    const before = { info: eng.framework.info, changes: story.changes.length, events: eng.events.length };
    const { refusal } = await update({ roles: ['eng'], ...more });
    expect(refusal?.code).toBe('framework_invalid');
    expect(refusal?.message).toContain(problem);
    expect({ info: eng.framework.info, changes: story.changes.length, events: eng.events.length }).toEqual(before);
  });

  it('with suppressed roles or constraints that cannot be is refused, and the old ones stand (C-056, C-060, D-015)', async () => {
    const stranger = await update({ roles: ['eng'] }, { suppressedRoles: ['ops'] });
    const elsewhere = await update({ roles: ['ops'] }, { offerConstraints: rackOne });
    expect([stranger, elsewhere].map(({ refusal }) => refusal?.code)).toEqual(['framework_invalid', 'framework_invalid']);
    expect([...eng.framework.suppressedRoles]).toEqual(['dev']);
    expect(eng.framework.offerConstraints).toBe(rackOne);
  });

  it('may leave the principal to the one who has proved it (D-003)', async () => {
    const framework = { ...frameworkInfo({ id: eng.framework.id, roles: ['eng'] }) };
    const answer = await story.call(eng, { type: 'UPDATE_FRAMEWORK', framework, suppressedRoles: [] }, { principal: 'ada' });
    expect(answer).toEqual({});
    expect(eng.framework.info.principal).toBe('ada');
  });

  it('for a role that the ACLs keep from it is refused as unauthorized (D-009, D-015)', async () => {
    const notOps = { principals: { kind: 'any' }, objects: { kind: 'some', values: new Set(['eng']) } } as const;
    const judged = new MasterStory({}, { permissive: false, rules: new Map([['register_frameworks', [notOps]]]) });
    const framework = judged.subscribe();
    const info = frameworkInfo({ id: framework.framework.id, roles: ['eng', 'ops'] });
    const { refusal } = await judged.call(framework, { type: 'UPDATE_FRAMEWORK', framework: info, suppressedRoles: [] });
    expect(refusal?.code).toBe('unauthorized');
    expect(framework.framework.info.roles).toEqual(['eng']);
  });
});
