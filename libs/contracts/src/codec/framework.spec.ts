import { FrameworkInfo as WireFrameworkInfo } from '../gen/holdfast/v1/framework';
import { SubscribeRequest as WireSubscribeRequest } from '../gen/holdfast/v1/scheduler_service';
import { attempt } from './edge';
import { readFrameworkInfo } from './framework';
import { subscribeRequestCodec } from './scheduler-requests';

const plain = { user: 'root', name: 'f' };
const multi = { ...plain, capabilities: [{ type: 'MULTI_ROLE' }] };
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
  it.each([
    ['user', { name: 'f' }],
    ['name', { user: 'root' }],
    ['capabilities[0].type', { ...plain, capabilities: [{}] }],
    ['capabilities[0].type', { ...plain, capabilities: [{ type: 99 }] }],
    ['id.value', { ...plain, id: { value: 'a/b' } }],
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

  it('is refused rather than served without the filters that it asks for (C-059, C-060)', () => {
    expect(read({ ...plain, offer_filters: { eng: {} } })).toMatchObject({ ok: false, refusal: { code: 'framework_invalid' } });
    expect(subscribe({ framework_info: plain, offer_constraints: { role_constraints: { '*': {} } } })).toMatchObject({
      ok: false,
      refusal: { code: 'framework_invalid' },
    });
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

  it('passes the path of what is wrong inside', () => {
    expect(subscribe({ framework_info: { name: 'f' } })).toMatchObject({
      ok: false,
      refusal: { details: { field: 'framework_info.user' } },
    });
  });
});
