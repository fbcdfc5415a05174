import type { TaskState } from '@holdfast/core/tasks';
import { manualWorld } from '@holdfast/testing/world';
import { type PendingStatus, UpdateStream } from './index';

let sent: string[];
let world: ReturnType<typeof manualWorld>;
let stream: UpdateStream;

beforeEach(() => {
  sent = [];
  world = manualWorld();
  stream = new UpdateStream({
    send: (status, latest) => void sent.push(`${status.state} latest ${latest}`),
    times: { firstMs: 10_000, maxMs: 600_000 },
    timers: world,
  });
});

let count = 0;
const status = (state: TaskState): PendingStatus => ({
  taskId: 't1',
  state,
  source: 'SOURCE_EXECUTOR',
  timestampMs: 0,
  uuid: Buffer.from(String(++count).padStart(16, '0')),
});

it('sends one status at a time, the next when the one before is acknowledged by its uuid (D-050)', () => {
  const [starting, running] = [status('TASK_STARTING'), status('TASK_RUNNING')];
  stream.push(starting);
  stream.push(running);
  expect(sent).toEqual(['TASK_STARTING latest TASK_STARTING']);
  expect(stream.acknowledge(running.uuid)).toBe(false);
  expect(stream.acknowledge(Buffer.alloc(16))).toBe(false);
  expect(sent).toHaveLength(1);
  expect(stream.acknowledge(starting.uuid)).toBe(true);
  expect(sent.slice(1)).toEqual(['TASK_RUNNING latest TASK_RUNNING']);
  expect(stream.isDrained).toBe(false);
  expect(stream.acknowledge(running.uuid)).toBe(true);
  expect(stream.isDrained).toBe(true);
  expect(stream.acknowledge(running.uuid)).toBe(false);
});

it('repeats after 10 s, doubling to 10 min, until it is acknowledged (D-050)', () => {
  const only = status('TASK_RUNNING');
  stream.push(only);
  const gapsS: number[] = [];
  let lastMs = world.nowMs();
  for (let second = 0; second < 3600; second++) {
    const before = sent.length;
    world.advance(1000);
    if (sent.length > before) {
      gapsS.push((world.nowMs() - lastMs) / 1000);
      lastMs = world.nowMs();
    }
  }
  expect(gapsS).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
  stream.acknowledge(only.uuid);
  const before = sent.length;
  world.advance(3_600_000);
  expect(sent).toHaveLength(before);
});

it('says the newest state with each status that it sends (A-042, D-052)', () => {
  const starting = status('TASK_STARTING');
  stream.push(starting);
  stream.push(status('TASK_RUNNING'));
  stream.push(status('TASK_FINISHED'));
  expect(sent).toEqual(['TASK_STARTING latest TASK_STARTING']);
  expect(stream.latestState).toBe('TASK_FINISHED');
  world.advance(10_000);
  stream.acknowledge(starting.uuid);
  expect(sent.slice(1)).toEqual(['TASK_STARTING latest TASK_FINISHED', 'TASK_RUNNING latest TASK_FINISHED']);
});

it('sends again at once after a registration, and then waits 10 s anew', () => {
  stream.push(status('TASK_RUNNING'));
  world.advance(35_000);
  expect(sent).toHaveLength(3);
  stream.resend();
  expect(sent).toHaveLength(4);
  world.advance(9_999);
  expect(sent).toHaveLength(4);
  world.advance(1);
  expect(sent).toHaveLength(5);
});

it('has nothing to send again when all is acknowledged, and is silent once stopped', () => {
  stream.resend();
  expect(sent).toEqual([]);
  stream.push(status('TASK_RUNNING'));
  stream.stop();
  world.advance(3_600_000);
  expect(sent).toHaveLength(1);
});
