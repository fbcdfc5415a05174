import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Refusal } from '@holdfast/core/base';
import { eventually } from '@holdfast/testing/eventually';
import { RawSocket } from '@holdfast/testing/http';
import { manualWorld } from '@holdfast/testing/world';
import { type EventFormat, RecordStream } from './record-stream';

interface TestEvent {
  readonly type: string;
  readonly message?: string;
}

const format: EventFormat<TestEvent> = {
  contentType: 'application/json',
  encodeEvent: (event) => (event.type === 'ANSWER' ? undefined : Buffer.from(JSON.stringify(event))),
};
const refusalEvent = ({ message }: Refusal): TestEvent => ({ type: 'ERROR', message });

describe('RecordStream', () => {
  let server: Server;
  let client: RawSocket;
  let stream: RecordStream<TestEvent>;
  const world = manualWorld();

  beforeEach(async () => {
    const opened = new Promise<RecordStream<TestEvent>>((resolve) => {
      server = createServer((request, response) => resolve(new RecordStream(request, response, { format, timers: world, refusalEvent })));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    client = await RawSocket.connect((server.address() as AddressInfo).port);
    client.post('');
    stream = await opened;
  });
  afterEach(async () => {
    client.close();
    await once(server.close(), 'close');
  });

  it('counts what the network has not taken, and no more once it has', async () => {
    client.socket.pause();
    const record = Buffer.alloc(1024 * 1024, 'x');
    for (let sent = 0; stream.bufferedBytes < 8 * record.length; sent++) {
      expect(sent).toBeLessThan(100);
      stream.sendEncoded(record);
      await new Promise(setImmediate);
    }
    client.socket.resume();
    await eventually(() => stream.bufferedBytes === 0);
  });

  it('is closed from its end on: nothing more is sent, and whoever waits hears of it once', async () => {
    let calls = 0;
    stream.onClose(() => calls++);
    stream.send({ type: 'HEARTBEAT' });
    stream.end();
    expect([stream.closed, calls]).toEqual([true, 1]);
    stream.send({ type: 'HEARTBEAT' });
    stream.sendEncoded(Buffer.from('{}'));
    stream.refuse({ code: 'offer_gone', message: 'late', details: { offerId: 'o' } });
    stream.end();
    const received = (await client.until((bytes) => bytes.includes('\r\n0\r\n\r\n'))).toString();
    expect(received.match(/HEARTBEAT/g)).toHaveLength(1);
    expect(received).not.toContain('late');
    expect(calls).toBe(1);
  });

  it('does not send what the format has no event for', async () => {
    stream.send({ type: 'ANSWER' });
    stream.send({ type: 'HEARTBEAT' });
    expect((await client.chunks(1))[0]?.toString()).toBe('20\n{"type":"HEARTBEAT"}');
  });
});
