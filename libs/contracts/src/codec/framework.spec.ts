import { FrameworkInfo as WireFrameworkInfo } from '../gen/holdfast/v1/framework';
import { SubscribeRequest as WireSubscribeRequest } from '../gen/holdfast/v1/scheduler_service';
import { attempt } from './edge';
import { readFrameworkInfo } from './framework';
import { subscribeRequestCodec } from './scheduler-requests';

const plain = { user: 'root', name: 'f' };
const multi = { ...plain, capabilities: [{ type: 'MULTI_ROLE' }] };
/** With the least that an offer to its role must hold. */
const withLeast = (...quantities: object[]) => ({
  ...plain,
  offer_filters: { '*': { min_allocatable_resources: { quantities: quantities.map((of) => ({ quantities: of })) } } },
});
const read = (json: object) => attempt(readFrameworkInfo, WireFrameworkInfo.fromJSON(json));
const subscribe = (json: object) =>
  subscribeRequestCodec.decode(Buffer.from(WireSubscribeRequest.encode(WireSubscribeRequest.fromJSON(json)).finish()));

describe('the roles of a framework', () => {
  it.each([
    ["'*' by default", plain, ['*']],
    ['`role` without MULTI_ROLE', { ...plain, role: 'eng' }, ['eng']],
    ['`roles` with MULTI_ROLE', { ...multi, roles: ['eng', 'ops/web'] }, ['eng', 'ops/web']],
    ['none with MULTI_ROLE and no `roles`', multi, []],
  ])('are %s (C-078)', (_name, json, roles) => {
    expect(read(json)).toMatchObject({ ok: true, value: { roles } });
  });

  it.each([
    ['`roles` without MULTI_ROLE', { ...plain, roles: ['eng'] }],
    ['`role` with MULTI_ROLE', { ...multi, role: 'eng' }],
    ['a role twice', { ...multi, roles: ['eng', 'ops', 'eng'] }],
    ['a role with a space (B-012)', { ...plain, role: 'a b' }],
    ['a role that ends with a slash (B-012)', { ...multi, roles: ['eng/'] }],
  ])('are refused: %s (C-078)', (_name, json) => {
    expect(read(json)).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
  });
});

describe('a framework', () => {
  it('may name capabilities that are news to us, which say nothing', () => {
    const capabilities = [{}, { type: 99 }, { type: 'UNKNOWN' }, { type: 'SHARED_RESOURCES' }];
    expect(read({ ...plain, capabilities })).toMatchObject({ ok: true, value: { capabilities: new Set(['SHARED_RESOURCES']) } });
  });

  it.each([
    ['user', { name: 'f' }],
    ['name', { user: 'root' }],
    ['id.value', { ...plain, id: {} }],
    ['offer_filters.*.min_allocatable_resources.quantities[0].quantities.cpus.value', withLeast({ cpus: {} })],
  ])('is refused for its field %s', (field, json) => {
    expect(read(json)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
  });

  it('may say a capability that was news to its library', () => {
    expect(read({ ...plain, capabilities: [{ type: 'UNKNOWN' }, { type: 'SHARED_RESOURCES' }] })).toMatchObject({
      ok: true,
      value: { capabilities: new Set(['SHARED_RESOURCES']) },
    });
  });

  it('is new with an empty id, as in Mesos', () => {
    const info = read({ ...plain, id: { value: '' } });
    expect(info.ok && info.value.id).toBeUndefined();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e10])('is refused with a failover timeout of %p (D-002)', (failoverTimeout) => {
    expect(attempt(readFrameworkInfo, { ...WireFrameworkInfo.fromJSON(plain), failoverTimeout })).toMatchObject({
      ok: false,
      refusal: { code: 'framework_invalid' },
    });
  });

  it('has a failover timeout in milliseconds, 0 by default (D-011)', () => {
    expect(read({ ...plain, failover_timeout: 1.5 })).toMatchObject({ ok: true, value: { failoverTimeoutMs: 1500 } });
    expect(read(plain)).toMatchObject({ ok: true, value: { failoverTimeoutMs: 0, checkpoint: false } });
  });

  it('is refused with an id that cannot be, as a framework that cannot be (D-002)', () => {
    expect(read({ ...plain, id: { value: 'a/b' } })).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
  });

  it('says the least that an offer must hold; nothing at all is not the same as not saying it (C-059)', () => {
    expect(read(withLeast({ cpus: { value: 0.5 }, mem: { value: 32 } }))).toMatchObject({
      ok: true,
      value: { minAllocatable: { '*': [{ cpus: 0.5, mem: 32 }] } },
    });
    expect(read(withLeast())).toMatchObject({ ok: true, value: { minAllocatable: { '*': [] } } });
    const silent = read({ ...plain, offer_filters: { '*': {} } });
    expect(silent.ok && silent.value.minAllocatable).toBeUndefined();
  });
});

describe('SUBSCRIBE', () => {
  it('is refused without a framework', () => {
    expect(subscribe({})).toMatchObject({ ok: false, refusal: { details: { field: 'framework_info' } } });
  });

  it('is refused with a suppressed role that the framework does not have (C-056)', () => {
    expect(subscribe({ framework_info: { ...multi, roles: ['eng'] }, suppressed_roles: ['eng', 'ops'] })).toMatchObject({
      ok: false,
      refusal: { code: 'framework_invalid' },
    });
  });

  it.each([
    ['offer_constraints', { framework_info: plain, offer_constraints: { role_constraints: { eng: {} } } }],
    ['offer_filters', { framework_info: { ...withLeast(), role: 'eng' } }],
  ])('is refused with %s for a role that the framework does not have (D-002)', (_name, json) => {
    expect(subscribe(json)).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
  });

  const constrained = (...constraints: object[]) => ({
    framework_info: plain,
    offer_constraints: { role_constraints: { '*': { groups: [{ attribute_constraints: constraints }] } } },
  });

  it('says which agents it wants offers of (C-060)', () => {
    expect(
      subscribe(
        constrained(
          { selector: { attribute_name: 'rack' }, predicate: { text_matches: { regex: 'r[0-9]' } } },
          { selector: { pseudoattribute_type: 'ZONE' }, predicate: { not_exists: {} } },
        ),
      ),
    ).toMatchObject({
      ok: true,
      value: {
        offerConstraints: {
          '*': [
            [
              { selector: { kind: 'attribute', name: 'rack' }, predicate: { kind: 'text_matches', regex: 'r[0-9]' } },
              { selector: { kind: 'zone' }, predicate: { kind: 'not_exists' } },
            ],
          ],
        },
      },
    });
  });

  it.each([
    ['selects nothing', { selector: {}, predicate: { exists: {} } }],
    ['selects what nobody knows', { selector: { pseudoattribute_type: 'UNKNOWN' }, predicate: { exists: {} } }],
    ['asks nothing', { selector: { attribute_name: 'rack' }, predicate: {} }],
  ])('is refused with a constraint that %s (D-002)', (_name, constraint) => {
    expect(subscribe(constrained(constraint))).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
  });

  it('is malformed with a constraint that leaves out what it must say', () => {
    expect(subscribe(constrained({ selector: { attribute_name: 'rack' }, predicate: { text_equals: {} } }))).toMatchObject({
      ok: false,
      refusal: {
        code: 'invalid_argument',
        details: { field: 'offer_constraints.role_constraints.*.groups[0].attribute_constraints[0].predicate.text_equals.value' },
      },
    });
  });

  it('passes the path of what is wrong inside', () => {
    expect(subscribe({ framework_info: { name: 'f' } })).toMatchObject({
      ok: false,
      refusal: { details: { field: 'framework_info.user' } },
    });
  });
});
