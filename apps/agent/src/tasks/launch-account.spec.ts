import { existsSync, linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentMessage } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { FRAMEWORK, runTask } from '../fake-master.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { LaunchAccount } from './launch-account';
import { LaunchJournal } from './launch-journal';
import type { LaunchRecord } from './launch-record';
import type { Told } from './launch-reports';

const directory = useTempDirectory();
const journal = () => join(directory(), 'l1.journal');
const world = manualWorld();
let sent: AgentMessage[];
/** What the file says at the moment of each message. */
let writtenThen: string[];
let finished: number;
beforeEach(() => {
  [sent, writtenThen, finished] = [[], [], 0];
});

const RECORD: LaunchRecord = {
  launchId: 'l1',
  framework: FRAMEWORK,
  info: runTask({ id: 't1' }).info,
  isolation: 'namespaces',
  sandbox: '/sandbox',
  bootId: 'boot',
  receivedMs: 1000,
};
const told = (state: Told['state']): Told => ({ state, source: 'SOURCE_EXECUTOR' });

const accountAt = (path: string) =>
  new LaunchAccount(
    RECORD,
    path,
    {
      world,
      log: recordedLog(),
      settings: { updateRetry: { firstMs: 10_000, maxMs: 600_000 } },
      agentId: () => 'agent-1',
      send: (message) => {
        sent.push(message);
        writtenThen.push(readFileSync(journal(), 'utf8'));
      },
    },
    () => finished++,
  );

/** As the next agent finds it, whatever the last one still had in mind; it has no master yet while it reads. */
async function nextAgent(): Promise<LaunchAccount> {
  const next = accountAt(journal());
  next.replay((await LaunchJournal.read(journal()))?.events ?? []);
  sent = [];
  return next;
}

/** The uuid of the newest status on its way. */
function lastUuid(): Uint8Array {
  const uuid = sent.flatMap((message) => (message.kind === 'task_update' ? [message.status.uuid] : [])).at(-1);
  if (!uuid) throw new Error('no status has been sent');
  return uuid;
}
const said = () => sent.map((message) => (message.kind === 'task_update' ? message.status.state : message.kind));

it('begins its file with its first status, and says that only then', async () => {
  const account = accountAt(journal());
  expect(await account.remember(() => [], told('TASK_STARTING'))).toBeUndefined();
  expect(said()).toEqual(['TASK_STARTING']);
  expect((await LaunchJournal.read(journal()))?.events).toMatchObject([{ kind: 'status', status: { state: 'TASK_STARTING' } }]);
  expect(writtenThen).toEqual([readFileSync(journal(), 'utf8')]);
  await account.close();
});

it('that cannot be written down has said nothing', async () => {
  const account = accountAt(join(directory(), 'missing', 'l1.journal'));
  expect(await account.remember(() => [], told('TASK_STARTING'))).toContain('the agent cannot write it down: no such file');
  expect(sent).toEqual([]);
  expect(account.state).toBe('TASK_STAGING');
  expect(account.reports.statuses).toEqual([]);
});

it('says the newest status again, and nothing else, when kill -9 came between its acknowledgement and the next event (D-050)', async () => {
  const account = accountAt(journal());
  await account.remember(() => [], told('TASK_STARTING'));
  account.acknowledge(lastUuid());
  await account.reports.say(told('TASK_RUNNING'));
  const running = lastUuid();
  account.acknowledge(running);
  const next = await nextAgent();
  expect(next.resumeIfOver()).toBe(false);
  next.reports.resend();
  expect(new Set(said())).toEqual(new Set(['TASK_RUNNING']));
  expect(lastUuid()).toEqual(running);
  await Promise.all([account.close(), next.close()]);
});

it('writes down at once what is acknowledged while a newer status waits: no master would take it for one that it knows', async () => {
  const account = accountAt(journal());
  await account.remember(() => [], told('TASK_STARTING'));
  const starting = lastUuid();
  await account.reports.say(told('TASK_RUNNING'));
  account.acknowledge(starting);
  await eventually(() => readFileSync(journal(), 'utf8').includes('acknowledged'));
  expect((await LaunchJournal.read(journal()))?.events.map(({ kind }) => kind)).toEqual(['status', 'status', 'acknowledged']);
  await account.close();
});

it('says again that it is gone when kill -9 came between the confirmation and the next event, and is finished by the next (A-041)', async () => {
  const account = accountAt(journal());
  await account.remember(() => []);
  await account.reports.sayGone(told('TASK_FINISHED'));
  account.confirmGone();
  const next = await nextAgent();
  expect(next.resumeIfOver()).toBe(true);
  expect(said()).toContain('task_gone');
  next.confirmGone();
  expect(finished).toBe(0);
  next.acknowledge(lastUuid());
  expect(finished).toBe(1);
  await Promise.all([account.close(), next.close()]);
});

it('has on the disk what was answered when the agent stops, so that none of it is said again (D-050)', async () => {
  const account = accountAt(journal());
  await account.remember(() => [], told('TASK_STARTING'));
  await account.reports.sayGone(told('TASK_FINISHED'));
  account.acknowledge(lastUuid());
  account.acknowledge(lastUuid());
  await account.close();
  const next = await nextAgent();
  expect(next.resumeIfOver()).toBe(true);
  expect(said()).toEqual(['task_gone']);
  await next.close();
});

it('has its last status and that it is gone on the disk before it says so, and removes its files without another word in them', async () => {
  const account = accountAt(journal());
  await account.remember(() => []);
  await account.reports.sayGone(told('TASK_FINISHED'));
  expect(said()).toEqual(['TASK_FINISHED', 'task_gone']);
  const copy = join(directory(), 'same-file');
  linkSync(journal(), copy);
  const before = readFileSync(copy, 'utf8');
  expect(writtenThen).toEqual([before, before]);
  account.confirmGone();
  account.acknowledge(lastUuid());
  expect(finished).toBe(1);
  await account.close();
  await eventually(() => !existsSync(journal()));
  expect(readFileSync(copy, 'utf8')).toBe(before);
});
