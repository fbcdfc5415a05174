import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentMessage } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing/eventually';
import { manualWorld } from '@holdfast/testing/world';
import { FRAMEWORK } from '../fake-master.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { custom } from './executor-bed.fixture';
import { ExecutorFile, RECORD } from './executor-file';
import type { ExecutorRecord } from './executor-record';
import { GoneNotice } from './gone-notice';

const directory = useTempDirectory();
const record: ExecutorRecord = {
  runId: 'r1',
  framework: FRAMEWORK,
  info: custom(),
  isolation: 'namespaces',
  sandbox: '/sandbox',
  bootId: 'boot',
  startedMs: 0,
};
const path = () => join(directory(), `r1${RECORD}`);

function bed() {
  const world = manualWorld();
  const sent: AgentMessage['kind'][] = [];
  let confirmed = 0;
  const file = new ExecutorFile(directory(), record, undefined, (fault) => {
    throw fault;
  });
  const settings = { updateRetry: { firstMs: 1_000, maxMs: 60_000 } } as never;
  const notice = new GoneNotice(record, file, { send: (message) => sent.push(message.kind), settings, world }, () => confirmed++);
  return { notice, file, sent, world, confirmed: () => confirmed };
}

it('is told once it is written down, again and again, until the master has confirmed it', async () => {
  const { notice, sent, world, confirmed } = bed();
  const sending = notice.send();
  expect(sent).toEqual([]);
  await sending;
  expect(existsSync(path())).toBe(true);
  world.advance(1_000);
  expect(sent).toEqual(['executor_gone', 'executor_gone']);
  notice.confirm();
  world.advance(600_000);
  expect([sent.length, confirmed()]).toEqual([2, 1]);
  await eventually(() => !existsSync(path()));
});

it('is not told, nor taken for confirmed, while it is being written down', async () => {
  const { notice, sent, confirmed } = bed();
  const sending = notice.send();
  notice.resend();
  notice.confirm();
  expect([sent, confirmed()]).toEqual([[], 0]);
  await sending;
  expect(sent).toEqual(['executor_gone']);
  notice.stop();
});

it('is told no more once another run has taken its id, also if that comes while it is being written down', async () => {
  const { notice, sent, confirmed, file } = bed();
  const sending = notice.send();
  notice.supersede();
  await sending;
  expect([sent, confirmed()]).toEqual([[], 1]);
  await file.settled();
  expect(existsSync(path())).toBe(false);
});
