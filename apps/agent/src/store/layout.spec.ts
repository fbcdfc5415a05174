import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, useAgents, V1, volumePath } from '../agent.fixture';
import { readBootId } from './index';

jest.setTimeout(60_000);

const bed = useAgents();

it('the work directory is laid out so that people find what they look for, and only the agent reads what it remembers (B-145, A-130)', async () => {
  const agent = await bed.withVolume();
  const task = bed.master.run({ id: 't1', volumes: [V1] });
  await bed.master.untilGone('t1');
  await eventually(() => existsSync(join(agent.workDir, 'meta/agent')));
  const meta = readdirSync(join(agent.workDir, 'meta'));
  expect(meta).toEqual(expect.arrayContaining(['agent', 'fence', 'lock.1', 'resources', 'store-id', 'tasks']));
  expect(readdirSync(join(agent.workDir, 'meta/resources'))).toEqual(['resources.info']);
  expect(statSync(join(agent.workDir, 'meta')).mode & 0o777).toBe(0o700);
  // Which boot it was goes with the id that was given in it.
  expect(JSON.parse(readFileSync(join(agent.workDir, 'meta/agent'), 'utf8'))).toMatchObject({ agentId: 'agent-1', bootId: readBootId() });
  expect(volumePath(agent)).toBe(join(agent.workDir, 'volumes/roles/eng/v1'));
  expect(existsSync(volumePath(agent))).toBe(true);
  expect(existsSync(join(agent.workDir, 'sandboxes/f1/t1', task.launchId, 'stdout'))).toBe(true);
});
