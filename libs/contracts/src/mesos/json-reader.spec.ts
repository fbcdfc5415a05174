import { body } from './canonical-json.fixture';
import { mesosJson } from '.';

const framework_id = { value: 'f1' };
const decode = (json: unknown) => mesosJson.decodeCall(body(json));
const decodeText = (text: string) => mesosJson.decodeCall(Buffer.from(text));
const refused = (field: string, problem: string) => ({
  ok: false,
  refusal: { code: 'invalid_argument', details: { field, problem: expect.stringContaining(problem) } },
});

const decline = (refuse_seconds: unknown) => decode({ framework_id, type: 'DECLINE', decline: { filters: { refuse_seconds } } });
const killAfter = (nanoseconds: unknown) =>
  decode({ framework_id, type: 'KILL', kill: { task_id: { value: 't' }, kill_policy: { grace_period: { nanoseconds } } } });
const message = (data: unknown) =>
  decode({ framework_id, type: 'MESSAGE', message: { agent_id: { value: 'a' }, executor_id: { value: 'e' }, data } });
const revive = (roles: unknown) => decode({ framework_id, type: 'REVIVE', revive: { roles } });
const subscribe = (rest: object) => decode({ type: 'SUBSCRIBE', subscribe: { framework_info: { user: 'u', name: 'n', ...rest } } });
const reserve = (resource: object) =>
  decode({ framework_id, type: 'ACCEPT', accept: { operations: { type: 'RESERVE', reserve: { resources: [resource] } } } });
const ports = (begin: unknown, end: unknown) => reserve({ name: 'ports', type: 'RANGES', ranges: { range: [{ begin, end }] } });

describe('JSON input (wire document, section 5)', () => {
  it('passes over fields that nobody knows, our own extensions and what lies on the prototype of every object', () => {
    expect(decode({ framework_id, type: 'TEARDOWN', news: [{ a: 1 }], call_number: 7, constructor: { x: 1 } })).toEqual({
      ok: true,
      value: { type: 'TEARDOWN', frameworkId: 'f1' },
    });
    expect(decodeText('{"__proto__":{"type":"TEARDOWN"},"framework_id":{"value":"f1"}}')).toMatchObject(refused('type', 'is required'));
  });

  it('takes null for unset, at any depth', () => {
    expect(subscribe({ id: null, roles: null, capabilities: [null, { type: 'MULTI_ROLE' }], labels: { labels: null } })).toMatchObject({
      ok: true,
      value: { framework: { roles: [], capabilities: new Set(['MULTI_ROLE']) } },
    });
    expect(subscribe({ offer_filters: { ads: null } })).toMatchObject({ ok: true });
    expect(decode({ framework_id: { value: null }, type: 'TEARDOWN' })).toMatchObject(refused('message', 'framework_id.value'));
  });

  it('takes enums by name only', () => {
    expect(decode({ framework_id, type: 1 })).toMatchObject(refused('type', 'must be the name of a value, not a number'));
    expect(decode({ framework_id, type: ['TEARDOWN'] })).toMatchObject(refused('type', 'not an array'));
  });

  it('leaves an enum unset whose name is news, unless it must be set', () => {
    expect(subscribe({ capabilities: [{ type: 'TIME_TRAVEL' }, { type: 'PARTITION_AWARE' }] })).toMatchObject({
      ok: true,
      value: { framework: { capabilities: new Set(['PARTITION_AWARE']) } },
    });
    expect(reserve({ name: 'cpus', type: 'IMAGINARY' })).toMatchObject(
      refused('accept.operations.reserve.resources[0].type', '"IMAGINARY" is none of SCALAR, RANGES, SET, TEXT'),
    );
    // The zero that our own enums add is no word of Mesos.
    const disk = { volume: { mode: 'MODE_UNSPECIFIED', container_path: 'p' } };
    expect(reserve({ name: 'disk', type: 'SCALAR', disk })).toMatchObject({ ok: false });
  });

  it('takes numbers that stand in strings', () => {
    expect(decline('2.5')).toMatchObject({ ok: true, value: { filters: { refuseMs: 2500 } } });
    expect(decline('1e1')).toMatchObject({ ok: true, value: { filters: { refuseMs: 10_000 } } });
    expect(killAfter('3000000000')).toMatchObject({ ok: true, value: { graceMs: 3000 } });
    expect(killAfter('3000000000.0')).toMatchObject({ ok: true, value: { graceMs: 3000 } });
    for (const text of ['', ' ', '5 s', '0x10', 'NaN', '--1', '1.', '.5']) {
      expect(decline(text)).toMatchObject(refused('decline.filters.refuse_seconds', 'must be a number'));
    }
    expect(decline('9'.repeat(1_000_000))).toMatchObject(refused('decline.filters.refuse_seconds', 'too many'));
  });

  it('takes infinity for a double, in words', () => {
    // Above a year is a year (C-050).
    expect(decline('Infinity')).toEqual(decline(1e300));
    expect(decline('-Infinity')).toEqual(decline(-1e300));
    expect(decodeText('{"framework_id":{"value":"f1"},"type":"DECLINE","decline":{"filters":{"refuse_seconds":1e999}}}')).toMatchObject(
      refused('decline.filters.refuse_seconds', 'is out of range'),
    );
    expect(killAfter('Infinity')).toMatchObject({ ok: false });
  });

  it('takes whole numbers for integers, however they are written', () => {
    const kill = (text: string) =>
      decodeText(
        `{"framework_id":{"value":"f1"},"type":"KILL","kill":{"task_id":{"value":"t"},"kill_policy":{"grace_period":{"nanoseconds":${text}}}}}`,
      );
    for (const text of ['2000000000', '2000000000.0', '2e9']) expect(kill(text)).toMatchObject({ ok: true, value: { graceMs: 2000 } });
    expect(kill('1.5')).toMatchObject(refused('kill.kill_policy.grace_period.nanoseconds', 'whole number, not 1.5'));
  });

  it('takes integers of 64 bits exactly, as numbers and as strings', () => {
    const most = '18446744073709551615';
    const text = (end: string) =>
      decodeText(
        JSON.stringify({
          framework_id,
          type: 'ACCEPT',
          accept: {
            operations: {
              type: 'RESERVE',
              reserve: { resources: [{ name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 1, end: 2 }] } }] },
            },
          },
        }).replace('"end":2', `"end":${end}`),
      );
    // Read whole, and then refused by the rule that bounds ranges, which names the number's own limit.
    expect(text(most)).toEqual(ports(1, most));
    const beyond = refused('accept.operations.reserve.resources[0].ranges.range[0].end', `is out of range: must be from 0 to ${most}`);
    expect(text('18446744073709551616')).toMatchObject(beyond);
    expect(ports(1, '18446744073709551616')).toMatchObject(beyond);
    expect(text('-1')).toMatchObject(beyond);
    expect(text('9007199254740991')).toMatchObject({
      ok: true,
      value: { operations: [{ resources: [{ value: { ranges: [{ end: 9_007_199_254_740_991 }] } }] }] },
    });
    expect(killAfter('9223372036854775807')).toMatchObject({ ok: true });
    expect(killAfter('9223372036854775808')).toMatchObject(refused('kill.kill_policy.grace_period.nanoseconds', 'is out of range'));
    expect(text('9'.repeat(100_000))).toMatchObject({ ok: false });
  });

  it('takes long digits for a double, and never for a string', () => {
    const text = (value: string) =>
      decodeText(`{"framework_id":{"value":"f1"},"type":"DECLINE","decline":{"filters":{"refuse_seconds":${value}}}}`);
    expect(text('00000000000000000001')).toMatchObject(refused('message', 'is not JSON'));
    expect(text('100000000000000000000')).toEqual(decline(1e20));
    expect(decodeText('{"framework_id":{"value":12345678901234567890},"type":"TEARDOWN"}')).toMatchObject(
      refused('framework_id.value', 'must be a string'),
    );
    expect(decodeText('{"framework_id":{"value":"12345678901234567890"},"type":"TEARDOWN"}')).toMatchObject({
      ok: true,
      value: { frameworkId: '12345678901234567890' },
    });
  });

  it('refuses numbers beyond 32 bits where the field has no more', () => {
    const health = (port: unknown) => ({ name: 'n', task_id: { value: 't' }, agent_id: { value: 'a' }, health_check: { tcp: { port } } });
    const launch = (port: unknown) =>
      decode({ framework_id, type: 'ACCEPT', accept: { operations: [{ type: 'LAUNCH', launch: { task_infos: [health(port)] } }] } });
    const field = 'accept.operations[0].launch.task_infos[0].health_check.tcp.port';
    expect(launch(4_294_967_295)).toMatchObject({ ok: true });
    expect(launch(4_294_967_296)).toMatchObject(refused(field, 'must be from 0 to 4294967295'));
    expect(launch(-1)).toMatchObject(refused(field, 'must be from 0 to 4294967295'));
  });

  it('takes booleans as words, and no number for one', () => {
    for (const checkpoint of [true, 'true'])
      expect(subscribe({ checkpoint })).toMatchObject({ value: { framework: { checkpoint: true } } });
    for (const checkpoint of [false, 'false'])
      expect(subscribe({ checkpoint })).toMatchObject({ value: { framework: { checkpoint: false } } });
    for (const checkpoint of [1, 0, 'TRUE', '', {}]) {
      expect(subscribe({ checkpoint })).toMatchObject(refused('subscribe.framework_info.checkpoint', 'must be'));
    }
  });

  it('takes nothing but a string for a string', () => {
    for (const user of [1, true, {}, []]) {
      expect(subscribe({ user })).toMatchObject({ ok: false, refusal: { details: { field: 'subscribe.framework_info.user' } } });
    }
  });

  it('takes base64 of the standard alphabet, with white space and without padding', () => {
    const data = Buffer.from([0xfb, 0xff, 1, 2]);
    for (const text of ['+/8BAg==', '+/8BAg', ' +/8B\r\nAg = =\t']) {
      expect(message(text)).toMatchObject({ ok: true, value: { data } });
    }
    for (const text of ['-_8BAg==', '+/8B*g==', '+/8BA', '+/=8BAg', '====', 7, {}]) {
      expect(message(text)).toMatchObject({ ok: false, refusal: { details: { field: 'message.data' } } });
    }
    expect(message('')).toMatchObject({ ok: true, value: { data: Buffer.alloc(0) } });
  });

  it('wants sixteen bytes for a uuid', () => {
    const acknowledge = (bytes: number) =>
      decode({
        framework_id,
        type: 'ACKNOWLEDGE',
        acknowledge: { agent_id: { value: 'a' }, task_id: { value: 't' }, uuid: Buffer.alloc(bytes).toString('base64') },
      });
    expect(acknowledge(16)).toMatchObject({ ok: true });
    for (const bytes of [0, 15, 17]) expect(acknowledge(bytes)).toMatchObject(refused('acknowledge.uuid', '16 bytes'));
  });

  it('takes a single value for a list, and no list for a single value', () => {
    expect(revive('ads')).toMatchObject({ ok: true, value: { roles: ['ads'] } });
    expect(decode({ framework_id, type: 'DECLINE', decline: { offer_ids: { value: 'o1' } } })).toMatchObject({
      ok: true,
      value: { offerIds: ['o1'] },
    });
    expect(decode({ framework_id: [framework_id], type: 'TEARDOWN' })).toMatchObject(
      refused('framework_id', 'must be an object, not an array'),
    );
    expect(decode({ framework_id: { value: ['f1'] }, type: 'TEARDOWN' })).toMatchObject(refused('framework_id.value', 'not an array'));
    expect(revive([['ads']])).toMatchObject(refused('revive.roles[0]', 'not an array'));
  });

  it('takes an object for a map, and nothing else', () => {
    const filters = { min_allocatable_resources: { quantities: [{ quantities: { cpus: { value: '0.5' } } }] } };
    expect(subscribe({ role: 'ads', offer_filters: { ads: filters } })).toMatchObject({
      ok: true,
      value: { framework: { minAllocatable: { ads: [{ cpus: 0.5 }] } } },
    });
    expect(subscribe({ offer_filters: [] })).toMatchObject(refused('subscribe.framework_info.offer_filters', 'must be an object'));
  });

  it('refuses half a surrogate pair, which no UTF-8 can say', () => {
    expect(decodeText('{"framework_id":{"value":"\\ud83d"},"type":"TEARDOWN"}')).toMatchObject(refused('framework_id.value', 'surrogate'));
    expect(decodeText('{"framework_id":{"value":"\\udc00123"},"type":"TEARDOWN"}')).toMatchObject(
      refused('framework_id.value', 'must be a string'),
    );
    expect(decodeText('{"framework_id":{"value":"\\ud83d\\ude80"},"type":"TEARDOWN"}')).toMatchObject({
      ok: true,
      value: { frameworkId: '🚀' },
    });
  });

  it.each(['', ' ', '[]', 'null', '"x"', '7', 'true', '12345678901234567890'])('refuses %j, which is no object', (text) => {
    expect(decodeText(text)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field: 'message' } } });
  });

  it.each(['{}{}', '{},', '{"type":"TEARDOWN"}x', '{"a":1,}', "{'a':1}", '{"a":01}', '{"a":\u00a01}', '\ufeff{}', '{"a":NaN}'])(
    'refuses %j: garbage follows, or it is no JSON',
    (text) => {
      expect(decodeText(text)).toMatchObject(refused('message', 'is not JSON'));
    },
  );

  it('refuses what is not UTF-8, in whatever field', () => {
    const bad = Buffer.concat([Buffer.from('{"news":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(mesosJson.decodeCall(bad)).toMatchObject(refused('message', 'is not UTF-8'));
  });

  it('refuses what is nested too deep, also in fields that nobody knows', () => {
    const nested = (depth: number) =>
      decodeText(`{"type":"SUPPRESS","framework_id":{"value":"f1"},"news":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(nested(99)).toMatchObject({ ok: true });
    expect(nested(100)).toMatchObject(refused('message', 'is nested deeper than 100 levels'));
    expect(nested(1000)).toMatchObject(refused('message', 'is nested deeper than 100 levels'));
    expect(decodeText('{"a":'.repeat(1_000_000))).toMatchObject(refused('message', 'is nested deeper than 100 levels'));
  });

  it('does not count brackets within strings', () => {
    expect(decode({ type: 'SUPPRESS', framework_id, news: `${'['.repeat(500)}\\"${'{'.repeat(500)}\\` })).toMatchObject({ ok: true });
  });
});
