import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resources, scalar } from '@holdfast/core/resources';
import { EXECUTOR } from '../fake-master.fixture';
import { custom, pidsOf, runOf, sandboxOf, useExecutors, uuid } from './executor-bed.fixture';

jest.setTimeout(60_000);
const { bed, launch, subscribed } = useExecutors();

describe('a custom executor', () => {
  it('whose sandbox holds more than it and its tasks asked for ends with them (REASON_CONTAINER_LIMITATION_DISK)', async () => {
    const agent = await bed.started({ diskCheckIntervalMs: 50 });
    const resources = EXECUTOR.resources.add(Resources.of([scalar('disk', 8)]).allocate('eng'));
    const executor = custom('while [ ! -e go ]; do sleep 0.02; done; head -c 9M /dev/zero >big; while :; do sleep 0.02; done', {
      resources,
    });
    launch('t1', { executor });
    launch('t2', { executor });
    const { client } = await subscribed(agent);
    await client.update('t1', 'TASK_RUNNING', uuid());
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const run = runOf(agent);
    writeFileSync(join(sandboxOf(agent), 'go'), '');
    for (const id of ['t1', 't2']) {
      const end = await bed.master.untilState(id, 'TASK_FAILED');
      expect(end).toMatchObject({ reason: 'REASON_CONTAINER_LIMITATION_DISK', message: expect.stringContaining('8.0 MB of disk') });
      expect(end.limitation?.scalarMilli('disk')).toBeGreaterThan(8_000);
    }
    expect(await bed.master.until(() => bed.master.all('executor_gone')[0])).toMatchObject({ exitStatus: 137 });
    expect(pidsOf(run)).toEqual([]);
  });

  it('that takes more memory than it and its tasks may ends with them (REASON_CONTAINER_LIMITATION_MEMORY)', async () => {
    const agent = await bed.started();
    // Looks for the end of a line that has none, and keeps all of it.
    launch('t1', { executor: custom('while [ ! -e go ]; do sleep 0.02; done; exec tail /dev/zero') });
    const { client } = await subscribed(agent);
    await client.update('t1', 'TASK_RUNNING', uuid());
    await bed.master.untilState('t1', 'TASK_RUNNING');
    writeFileSync(join(sandboxOf(agent), 'go'), '');
    const end = await bed.master.untilState('t1', 'TASK_FAILED');
    expect(end).toMatchObject({ reason: 'REASON_CONTAINER_LIMITATION_MEMORY', message: expect.stringContaining('32') });
    expect(end.limitation?.scalarMilli('mem')).toBeGreaterThan(16_000);
    expect(await bed.master.until(() => bed.master.all('executor_gone')[0])).toMatchObject({ exitStatus: 137 });
  });
});
