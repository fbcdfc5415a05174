import { framework } from './accept.fixture';
import { checkFramework, rolesOf } from './check-framework';

describe('rolesOf', () => {
  const multi = new Set(['MULTI_ROLE'] as const);
  const single = new Set<never>();

  it('reads `roles` of a MULTI_ROLE framework, none included (C-078)', () => {
    expect(rolesOf({ roles: ['a', 'b'], capabilities: multi })).toEqual({ ok: true, value: ['a', 'b'] });
    expect(rolesOf({ roles: [], capabilities: multi })).toEqual({ ok: true, value: [] });
  });

  it('reads `role` of any other, `*` by default (C-078)', () => {
    expect(rolesOf({ role: 'a', roles: [], capabilities: single })).toEqual({ ok: true, value: ['a'] });
    expect(rolesOf({ roles: [], capabilities: single })).toEqual({ ok: true, value: ['*'] });
  });

  it('refuses the other field (C-078)', () => {
    expect(rolesOf({ role: 'a', roles: ['a'], capabilities: multi })).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
    expect(rolesOf({ roles: ['a'], capabilities: single })).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
  });
});

describe('checkFramework', () => {
  it('passes a good one', () => {
    expect(checkFramework(framework({ roles: ['eng', 'eng/web', '*'] }), ['eng'])).toBeUndefined();
  });

  it.each(['', '.', '..', '-eng', 'eng/-web', 'a b', '/eng', 'eng/', 'eng//web', 'eng/*'])('refuses the role %j (D-002, B-012)', (role) => {
    expect(checkFramework(framework({ roles: [role] }))?.code).toBe('framework_invalid');
  });

  it('refuses a role named twice (C-078)', () => {
    expect(checkFramework(framework({ roles: ['eng', 'ops', 'eng'] }))?.message).toBe("The framework names the role 'eng' twice.");
  });

  it('refuses suppressed roles that are not its own (C-056)', () => {
    expect(checkFramework(framework(), ['ops'])?.message).toBe("The suppressed role 'ops' is not one of the framework's roles.");
  });

  it.each(['0', '+0', '00', '-1'])('refuses the user %j: ACLs speak of names (B-122)', (user) => {
    expect(checkFramework(framework({ user }))?.message).toContain('is a number');
  });

  it.each([-1, NaN, Infinity])('refuses the failover timeout %p (D-002)', (failoverTimeoutMs) => {
    expect(checkFramework(framework({ failoverTimeoutMs }))?.message).toContain('failover_timeout');
  });
});
