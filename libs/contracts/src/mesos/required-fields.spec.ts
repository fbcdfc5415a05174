import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Call as WireCall } from '../gen/holdfast/v1/scheduler_call';
import { TaskInfo } from '../gen/holdfast/v1/task';
import { body } from './canonical-json.fixture';
import { mesosJson, mesosProtobuf } from '.';

const framework_id = { value: 'f1' };
const protobufOf = <T>(type: { fromJSON(json: object): T; encode(message: T): BinaryWriter }, json: object): Buffer =>
  Buffer.from(type.encode(type.fromJSON(json)).finish());
const protobuf = (json: object): Buffer => protobufOf(WireCall, json);
const refused = (field: string, problem: string) => ({
  ok: false,
  refusal: { code: 'invalid_argument', details: { field, problem: expect.stringContaining(problem) } },
});

const FORMATS = [
  ['JSON', (json: object) => mesosJson.decodeCall(body(json))],
  ['protobuf', (json: object) => mesosProtobuf.decodeCall(protobuf(json))],
] as const;

describe.each(FORMATS)('required fields in %s (wire document, section 5)', (_, decode) => {
  it('are named all at once, by their paths', () => {
    const tasks = [{ task_id: { value: 't1' } }, { name: 'n', task_id: {}, agent_id: { value: 'a' }, resources: [{ name: 'cpus' }] }];
    const call = { framework_id: {}, type: 'ACCEPT', accept: { operations: [{ type: 'LAUNCH', launch: { task_infos: tasks } }] } };
    expect(decode(call)).toMatchObject({
      ok: false,
      refusal: {
        code: 'invalid_argument',
        details: {
          problem:
            'misses required fields: framework_id.value, accept.operations[0].launch.task_infos[0].name, ' +
            'accept.operations[0].launch.task_infos[0].agent_id, accept.operations[0].launch.task_infos[1].task_id.value, ' +
            'accept.operations[0].launch.task_infos[1].resources[0].type',
        },
      },
    });
  });

  it('are missed in messages that the call does not need, too', () => {
    expect(decode({ framework_id, type: 'SUPPRESS', kill: {} })).toMatchObject(refused('message', 'kill.task_id'));
  });

  it('are missed in the values of maps', () => {
    const framework_info = {
      user: 'u',
      name: 'n',
      offer_filters: { ads: { min_allocatable_resources: { quantities: [{ quantities: { cpus: {} } }] } } },
    };
    expect(decode({ type: 'SUBSCRIBE', subscribe: { framework_info } })).toMatchObject(
      refused(
        'message',
        'subscribe.framework_info.offer_filters[0].value.min_allocatable_resources.quantities[0].quantities[0].value.value',
      ),
    );
  });

  it('are set when they are empty or zero', () => {
    expect(decode({ framework_id, type: 'DECLINE', decline: { offer_ids: [{ value: '' }] } })).not.toMatchObject(
      refused('message', 'misses'),
    );
    const scalar = { name: '', type: 'SCALAR', scalar: { value: 0 } };
    expect(decode({ framework_id, type: 'REQUEST', request: { requests: [{ resources: [scalar] }] } })).toMatchObject({ ok: true });
  });

  it('are counted, not named, once there are too many', () => {
    const call = { framework_id, type: 'DECLINE', decline: { offer_ids: Array.from({ length: 5000 }, () => ({})) } };
    expect(decode(call)).toMatchObject(refused('message', 'decline.offer_ids[99].value and 4900 more'));
  });
});

describe('protobuf input (wire document, section 5)', () => {
  const teardown = protobuf({ framework_id, type: 'TEARDOWN' });
  const decode = (...parts: Uint8Array[]) => mesosProtobuf.decodeCall(Buffer.concat(parts));
  const field = (number: number, type: number) => new BinaryWriter().uint32(((number << 3) | type) >>> 0);

  it('passes over fields that nobody knows, groups among them', () => {
    const group = field(700, 3)
      .uint32((701 << 3) | 0)
      .uint32(5)
      .uint32((700 << 3) | 4)
      .finish();
    expect(decode(field(500, 2).string('news').finish(), teardown, field(501, 1).double(1).finish(), group)).toEqual({
      ok: true,
      value: { type: 'TEARDOWN', frameworkId: 'f1' },
    });
  });

  it('passes over our own call number, which belongs to Connect', () => {
    expect(decode(protobuf({ framework_id, type: 'TEARDOWN', call_number: '7' }))).toEqual({
      ok: true,
      value: { type: 'TEARDOWN', frameworkId: 'f1' },
    });
  });

  it('refuses a field of another wire type', () => {
    expect(decode(teardown, field(1, 0).uint32(1).finish())).toMatchObject(refused('framework_id', 'has the wire type 0, not 2'));
    expect(decode(teardown, field(2, 2).string('x').finish())).toMatchObject(refused('type', 'has the wire type 2, not 0'));
  });

  it('counts an enum as unset whose number is news, where it must be set', () => {
    const type = 9;
    const resource = field(1, 2)
      .string('cpus')
      .uint32((2 << 3) | 0)
      .int32(type)
      .finish();
    const request = field(2, 2).bytes(resource).finish();
    const body = field(1, 2).bytes(request).finish();
    expect(decode(protobuf({ framework_id, type: 'REQUEST' }), field(11, 2).bytes(body).finish())).toMatchObject(
      refused('message', 'request.requests[0].resources[0].type'),
    );
  });

  it('takes lists of numbers packed and one by one', () => {
    const within = (part: Uint8Array, ...numbers: number[]) =>
      numbers.reduce((inner, number) => field(number, WireType.LengthDelimited).bytes(inner).finish(), part);
    const task = protobufOf(TaskInfo, { name: 'n', task_id: { value: 't' }, agent_id: { value: 'a' } });
    const launch = (statuses: Uint8Array) => {
      const check = within(Buffer.concat([field(1, WireType.Varint).uint32(80).finish(), statuses]), 1, 8);
      const tasks = within(Buffer.concat([task, check]), 1, 2);
      return within(Buffer.concat([field(1, WireType.Varint).int32(1).finish(), tasks]), 2, 4);
    };
    const accept = protobuf({ framework_id, type: 'ACCEPT' });
    const packed = field(4, WireType.LengthDelimited)
      .bytes(new Uint8Array([200, 1, 204, 1]))
      .finish();
    const single = field(4, WireType.Varint)
      .uint32(200)
      .uint32((4 << 3) | WireType.Varint)
      .uint32(204)
      .finish();
    const cutOff = field(4, WireType.LengthDelimited)
      .bytes(new Uint8Array([200]))
      .finish();
    for (const statuses of [packed, single]) expect(decode(accept, launch(statuses))).toMatchObject({ ok: true });
    expect(decode(accept, launch(cutOff))).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
    const goesOn = Buffer.concat([cutOff, Buffer.from([1])]);
    expect(decode(accept, launch(goesOn))).toMatchObject({
      ok: false,
      refusal: { message: expect.stringContaining('beyond the end of its list') },
    });
  });

  it('refuses text that is not UTF-8, in whatever part', () => {
    const id = field(1, 2)
      .bytes(new Uint8Array([0x61, 0xff]))
      .finish();
    const kill = field(1, 2).bytes(id).finish();
    expect(decode(teardown, field(6, 2).bytes(kill).finish())).toMatchObject(refused('kill.task_id.value', 'is not UTF-8'));
  });

  it('refuses what is cut off, at every byte that is not the end of a field', () => {
    for (let length = 1; length < teardown.length; length++) {
      expect(decode(teardown.subarray(0, length))).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
    }
    expect(decode(teardown, field(6, 2).uint32(0x7fff_ffff).finish())).toMatchObject(refused('kill', 'it is cut off'));
  });

  it('refuses a part that reaches beyond the message around it', () => {
    // Eight bytes of id are announced within a part of three.
    const id = new Uint8Array([0x0a, 3, 0x0a, 8, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61]);
    expect(decode(teardown, id)).toMatchObject(refused('framework_id', 'beyond the end of its message'));
  });

  it('refuses groups that end without having begun, or nest without an end', () => {
    expect(decode(teardown, field(700, 4).finish())).toMatchObject(refused('message', 'cannot be read'));
    expect(decode(teardown, Buffer.alloc(1_000_000, 0x0b))).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
  });

  it('refuses an empty body', () => {
    expect(decode(Buffer.alloc(0))).toMatchObject(refused('type', 'is required'));
  });
});
