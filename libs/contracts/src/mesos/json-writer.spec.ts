import { jsonWriter } from './json-writer';
import { type MessageShape, schema } from './schema';

function messageAt(start: MessageShape, ...path: string[]): MessageShape {
  return path.reduce((shape, name) => {
    const value = shape.fields.find((field) => field.name === name)!.value;
    if (value.kind !== 'message') throw new Error(`${name} is no message`);
    return value.message;
  }, start);
}

const write = (shape: MessageShape, message: object): string => jsonWriter(shape)(message);
const call = schema().call;
const taskInfo = messageAt(call, 'accept', 'operations', 'launch', 'task_infos');

describe('a message in JSON (wire document, section 5)', () => {
  it('shows unset fields whose default the schema spells out, unless they are deprecated', () => {
    expect(write(messageAt(call, 'subscribe', 'framework_info'), { roles: [], capabilities: [], offerFilters: {} })).toBe(
      '{"failover_timeout":0.0,"checkpoint":false}',
    );
    expect(write(messageAt(call, 'accept', 'filters'), {})).toBe('{"refuse_seconds":5.0}');
    expect(write(messageAt(taskInfo, 'command'), { uris: [], arguments: [] })).toBe('{"shell":true}');
    expect(write(messageAt(taskInfo, 'health_check', 'tcp'), { port: 80 })).toBe('{"protocol":"IPv4","port":80}');
    expect(write(messageAt(taskInfo, 'health_check'), {})).toContain('"consecutive_failures":3');
  });

  it('shows a field that is set to its default, or to nothing', () => {
    expect(write(messageAt(call, 'accept', 'filters'), { refuseSeconds: 0 })).toBe('{"refuse_seconds":0.0}');
    expect(write(messageAt(call, 'accept', 'filters'), { refuseSeconds: 1e21 })).toBe('{"refuse_seconds":1e+21}');
    expect(write(messageAt(taskInfo, 'command'), { shell: false, value: '', uris: [], arguments: [''] })).toBe(
      '{"shell":false,"value":"","arguments":[""]}',
    );
  });

  it('writes 64-bit integers as numbers, exactly', () => {
    const grace = messageAt(call, 'kill', 'kill_policy', 'grace_period');
    expect(write(grace, { nanoseconds: 9_223_372_036_854_775_807n })).toBe('{"nanoseconds":9223372036854775807}');
  });

  it('writes maps as objects and leaves out empty ones', () => {
    expect(write(taskInfo, { resources: [], limits: { 'm\u00eb"m': { value: 2 } } })).toBe('{"limits":{"m\\u00eb\\"m":{"value":2.0}}}');
    expect(write(taskInfo, { resources: [], limits: {} })).toBe('{}');
  });

  it('writes what is set of a oneof, by its own name', () => {
    const selector = messageAt(
      messageAt(call, 'subscribe', 'offer_constraints', 'role_constraints', 'groups'),
      'attribute_constraints',
      'selector',
    );
    expect(write(selector, { selector: { $case: 'attributeName', value: 'rack' } })).toBe('{"attribute_name":"rack"}');
    expect(write(selector, {})).toBe('{}');
  });

  it('writes an empty message that is set', () => {
    expect(write(schema().resource, { reservations: [], shared: {} })).toBe('{"shared":{}}');
  });

  it('writes a message that contains itself', () => {
    const container = messageAt(schema().event, 'update', 'status', 'container_status', 'container_id');
    expect(write(container, { value: 'a', parent: { value: 'b' } })).toBe('{"value":"a","parent":{"value":"b"}}');
  });
});
