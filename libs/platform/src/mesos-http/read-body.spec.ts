import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { BodyReader } from './read-body';

it('a body of a connection that is gone already is not waited for', async () => {
  const request = new IncomingMessage(new Socket());
  await once(request.destroy(), 'close');
  const reader = new BodyReader({ maxBodyBytes: 100, maxArrivingBytes: 100, setting: 'A_SETTING' });
  expect(await reader.read(request)).toMatchObject({ ok: false, refusal: { status: 400 } });
});

it('a body that is larger than it may be is refused with the setting that says so', async () => {
  const request = new IncomingMessage(new Socket());
  request.headers['content-length'] = '101';
  const reader = new BodyReader({ maxBodyBytes: 100, maxArrivingBytes: 100, setting: 'A_SETTING' });
  expect(await reader.read(request)).toMatchObject({ ok: false, refusal: { status: 413, text: expect.stringContaining('A_SETTING') } });
});
