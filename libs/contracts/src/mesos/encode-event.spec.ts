import { Resources } from '@holdfast/core/resources';
import type { Resource } from '@holdfast/core/resources';
import type { Offer } from '@holdfast/core/offers';
import type { ResourceForm, SchedulerEvent } from '../messages';
import { schedulerEventCodec } from '../codec';
import { mesosJson, mesosProtobuf } from '.';

const text = (event: SchedulerEvent): string => mesosJson.encodeEvent(event)!.toString('latin1');

const MASTER = { id: 'h1', hostname: 'ctl', ip: '127.0.0.1', port: 5050, version: '1.11.0' };

const NEW_FORM: ResourceForm = { allocationInfo: true, reservationStack: true };
const OLD_FORM: ResourceForm = { allocationInfo: false, reservationStack: false };

const plain: Omit<Resource, 'name' | 'value'> = {
  reservations: [],
  allocationRole: 'ads',
  disk: undefined,
  shared: false,
  revocable: false,
  providerId: undefined,
};
const cpus: Resource = { ...plain, name: 'cpus', value: { kind: 'scalar', milli: 4000 } };
const volume: Resource = {
  ...plain,
  name: 'disk',
  value: { kind: 'scalar', milli: 256_500 },
  reservations: [{ type: 'dynamic', role: 'ads', principal: 'bidder' }],
  disk: { persistence: { id: 'vol-1', principal: 'bidder' }, volume: { containerPath: 'data', mode: 'RW' } },
  shared: true,
};
const offer: Offer = {
  id: 'h1-O7',
  frameworkId: 'h1-0001',
  agentId: 'h1-S3',
  hostname: 'box3',
  role: 'ads',
  resources: Resources.of([cpus, volume]),
  attributes: [{ name: 'zone', value: { kind: 'text', text: 'z9' } }],
  url: { hostname: 'box3', ip: '10.9.0.3', port: 5051 },
};

describe('an event in JSON (wire document, section 6.2)', () => {
  it('SUBSCRIBED says the interval as a double, and the master', () => {
    const event = JSON.parse(
      text({
        type: 'SUBSCRIBED',
        frameworkId: 'h1-0001',
        heartbeatIntervalMs: 15_000,
        master: MASTER,
      }),
    );
    expect(event).toEqual({
      type: 'SUBSCRIBED',
      subscribed: {
        framework_id: { value: 'h1-0001' },
        heartbeat_interval_seconds: 15,
        master_info: expect.objectContaining({
          id: 'h1',
          ip: 16_777_343,
          port: 5050,
          hostname: 'ctl',
          version: '1.11.0',
          address: { hostname: 'ctl', ip: '127.0.0.1', port: 5050 },
        }),
      },
    });
  });

  it('HEARTBEAT is its type alone', () => {
    expect(text({ type: 'HEARTBEAT' })).toBe('{"type":"HEARTBEAT"}');
  });

  it('OFFERS nests its offers, in the new form of resources', () => {
    expect(JSON.parse(text({ type: 'OFFERS', offers: [offer], form: NEW_FORM }))).toEqual({
      type: 'OFFERS',
      offers: {
        offers: [
          {
            id: { value: 'h1-O7' },
            framework_id: { value: 'h1-0001' },
            agent_id: { value: 'h1-S3' },
            hostname: 'box3',
            url: expect.objectContaining({ scheme: 'http', address: { hostname: 'box3', ip: '10.9.0.3', port: 5051 } }),
            resources: [
              { name: 'cpus', type: 'SCALAR', scalar: { value: 4 }, allocation_info: { role: 'ads' } },
              {
                name: 'disk',
                type: 'SCALAR',
                scalar: { value: 256.5 },
                allocation_info: { role: 'ads' },
                reservations: [{ type: 'DYNAMIC', role: 'ads', principal: 'bidder' }],
                disk: { persistence: { id: 'vol-1', principal: 'bidder' }, volume: { mode: 'RW', container_path: 'data' } },
                shared: {},
              },
            ],
            attributes: [{ name: 'zone', type: 'TEXT', text: { value: 'z9' } }],
            allocation_info: { role: 'ads' },
          },
        ],
      },
    });
  });

  it('OFFERS to a framework of the old kind says role and reservation, and no allocation (section 4)', () => {
    const event = JSON.parse(text({ type: 'OFFERS', offers: [offer], form: OLD_FORM }));
    expect(event.offers.offers[0].allocation_info).toBeUndefined();
    expect(event.offers.offers[0].resources).toEqual([
      { name: 'cpus', type: 'SCALAR', scalar: { value: 4 }, role: '*' },
      {
        name: 'disk',
        type: 'SCALAR',
        scalar: { value: 256.5 },
        role: 'ads',
        reservation: { principal: 'bidder' },
        disk: { persistence: { id: 'vol-1', principal: 'bidder' }, volume: { mode: 'RW', container_path: 'data' } },
        shared: {},
      },
    ]);
  });

  it('OFFERS without offers has no empty list', () => {
    expect(text({ type: 'OFFERS', offers: [], form: NEW_FORM })).toBe('{"type":"OFFERS","offers":{}}');
  });

  it('RESCIND, ERROR and FAILURE stand under their own names', () => {
    expect(text({ type: 'RESCIND', offerId: 'h1-O7' })).toBe('{"type":"RESCIND","rescind":{"offer_id":{"value":"h1-O7"}}}');
    expect(text({ type: 'ERROR', message: 'gone' })).toBe('{"type":"ERROR","error":{"message":"gone"}}');
    expect(text({ type: 'FAILURE', agentId: 'h1-S3' })).toBe('{"type":"FAILURE","failure":{"agent_id":{"value":"h1-S3"}}}');
    expect(text({ type: 'FAILURE', agentId: 'h1-S3', executorId: 'pod', status: -9 })).toBe(
      '{"type":"FAILURE","failure":{"agent_id":{"value":"h1-S3"},"executor_id":{"value":"pod"},"status":-9}}',
    );
  });

  it('UPDATE says its state by name, its time as a double and its uuid in base64', () => {
    const event = JSON.parse(
      text({
        type: 'UPDATE',
        status: {
          taskId: 't1',
          agentId: 'h1-S3',
          state: 'TASK_RUNNING',
          source: 'SOURCE_EXECUTOR',
          timestampMs: 1_800_000_000_250,
          uuid: Uint8Array.from({ length: 16 }, (_, at) => 240 + at),
        },
      }),
    );
    expect(event).toMatchObject({
      type: 'UPDATE',
      update: {
        status: {
          task_id: { value: 't1' },
          state: 'TASK_RUNNING',
          source: 'SOURCE_EXECUTOR',
          agent_id: { value: 'h1-S3' },
          timestamp: 1_800_000_000.25,
          uuid: '8PHy8/T19vf4+fr7/P3+/w==',
        },
      },
    });
  });

  it('UPDATE_OPERATION_STATUS has its uuid in a message of its own (section 5)', () => {
    const event = JSON.parse(
      text({
        type: 'UPDATE_OPERATION_STATUS',
        status: { operationId: 'op-1', state: 'OPERATION_FINISHED', uuid: new Uint8Array(16), agentId: 'h1-S3' },
        form: NEW_FORM,
      }),
    );
    expect(event).toEqual({
      type: 'UPDATE_OPERATION_STATUS',
      update_operation_status: {
        status: {
          operation_id: { value: 'op-1' },
          state: 'OPERATION_FINISHED',
          uuid: { value: 'AAAAAAAAAAAAAAAAAAAAAA==' },
          agent_id: { value: 'h1-S3' },
        },
      },
    });
  });

  it('MESSAGE carries its data in base64', () => {
    expect(text({ type: 'MESSAGE', agentId: 'a', executorId: 'e', data: Buffer.from('pong') })).toBe(
      '{"type":"MESSAGE","message":{"agent_id":{"value":"a"},"executor_id":{"value":"e"},"data":"cG9uZw=="}}',
    );
  });
});

describe('JSON that clients count and split (wire document, sections 3 and 5)', () => {
  it('writes every double with a fraction or an exponent', () => {
    const milli = (units: number): string => {
      const resources = Resources.of([{ ...cpus, value: { kind: 'scalar', milli: units } }]);
      return /"scalar":\{"value":([^}]*)\}/.exec(text({ type: 'OFFERS', offers: [{ ...offer, resources }], form: NEW_FORM }))![1]!;
    };
    expect(milli(4000)).toBe('4.0');
    expect(milli(1)).toBe('0.001');
    expect(milli(256_125)).toBe('256.125');
    expect(text({ type: 'SUBSCRIBED', frameworkId: 'f', heartbeatIntervalMs: 15_000, master: MASTER })).toContain(
      '"heartbeat_interval_seconds":15.0',
    );
  });

  it('is ASCII on one line, whatever the text', () => {
    const event: SchedulerEvent = { type: 'ERROR', message: 'Zürich\n"\\\u2028\u007f 🚀 \u0000' };
    const json = mesosJson.encodeEvent(event)!;
    expect([...json].every((byte) => byte >= 0x20 && byte < 0x7f)).toBe(true);
    expect(JSON.parse(json.toString())).toEqual({ type: 'ERROR', error: { message: event.message } });
    expect(json.toString()).toContain('Z\\u00fcrich');
  });
});

describe('both formats', () => {
  it('have no ANSWER, which is ours', () => {
    expect(mesosJson.encodeEvent({ type: 'ANSWER', callNumber: 1 })).toBeUndefined();
    expect(mesosProtobuf.encodeEvent({ type: 'ANSWER', callNumber: 1 })).toBeUndefined();
  });

  it('say the same; protobuf is what goes over gRPC, too', () => {
    const event: SchedulerEvent = { type: 'RESCIND', offerId: 'h1-O7' };
    expect(mesosProtobuf.encodeEvent(event)).toEqual(schedulerEventCodec.encode(event));
    expect([mesosJson.contentType, mesosProtobuf.contentType]).toEqual(['application/json', 'application/x-protobuf']);
  });
});
