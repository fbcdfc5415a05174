import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceOperationType } from '@holdfast/core/offers';
import { type Resource, Resources } from '@holdfast/core/resources';
import type { FailpointName } from '@holdfast/platform/failpoints';
import { useAgentProcesses } from '../agent-process.fixture';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';

jest.setTimeout(60_000);

const V1 = volumeResource('v1', 100);
const NEIGHBOUR = volumeResource('neighbour', 50);
const agents = useAgentProcesses();
const master = () => agents.master;
const failpoints = () => join(agents.directory(), 'failpoints');
beforeEach(() => void mkdirSync(failpoints()));
const path = (id: string) => join(agents.directory(), 'work/volumes/roles/eng', id);

/** An agent with disk for V1, a volume beside it and, if wanted, V1 with files in it. */
async function withNeighbour({ withV1 }: { readonly withV1: boolean }) {
  const agent = agents.start({ HOLDFAST_FAILPOINTS: failpoints() });
  await master().registration(1);
  await master().apply('RESERVE', reservedDisk(150));
  await master().apply('CREATE', NEIGHBOUR);
  writeFileSync(join(path('neighbour'), 'file'), 'kept');
  if (withV1) {
    await master().apply('CREATE', V1);
    mkdirSync(join(path('v1'), 'deep/er'), { recursive: true });
    writeFileSync(join(path('v1'), 'deep/er/file'), 'data');
  }
  return agent;
}

/** The agent dies at the failpoint in the course of the operation, and is started again; the answer is what it reports then. */
async function dyingAt(failpoint: FailpointName, type: ResourceOperationType, resource: Resource, id?: string) {
  const agent = await withNeighbour({ withV1: type === 'DESTROY' });
  writeFileSync(join(failpoints(), failpoint), '');
  master().send(id === undefined ? master().operation(type, [resource]) : master().tracked(id, type, resource));
  expect(await agent.exit).toBe('SIGKILL');
  agents.start();
  return master().registration(2);
}

const expectNeighbour = () => expect(readFileSync(join(path('neighbour'), 'file'), 'utf8')).toBe('kept');

it.each(['agent.before_commit', 'agent.after_commit'] as const)(
  'a CREATE cut off at %s is finished by the next agent (A-186, A-187)',
  async (at) => {
    const { checkpointed } = await dyingAt(at, 'CREATE', V1);
    expect(checkpointed.equals(Resources.of([V1, NEIGHBOUR]))).toBe(true);
    expect(existsSync(path('v1'))).toBe(true);
    // The master, which has had no answer, may ask again.
    expect(await master().apply('CREATE', V1)).toBeUndefined();
    expectNeighbour();
  },
);

it.each(['agent.before_commit', 'agent.after_commit', 'agent.before_delete', 'agent.after_delete'] as const)(
  'a DESTROY cut off at %s is finished by the next agent, and takes nothing else along (A-186, A-187)',
  async (at) => {
    const { checkpointed } = await dyingAt(at, 'DESTROY', V1);
    expect(checkpointed.equals(Resources.of([reservedDisk(100), NEIGHBOUR]))).toBe(true);
    expect(existsSync(path('v1'))).toBe(false);
    expect(await master().apply('DESTROY', V1)).toBeUndefined();
    expectNeighbour();
  },
);

it.each(['agent.before_commit', 'agent.after_commit'] as const)('a RESERVE cut off at %s has been made (A-186)', async (at) => {
  const { checkpointed } = await dyingAt(at, 'RESERVE', reservedDisk(7));
  expect(checkpointed.equals(Resources.of([reservedDisk(107), NEIGHBOUR]))).toBe(true);
});

it.each([
  ['CREATE', 'agent.before_commit'],
  ['CREATE', 'agent.after_commit'],
  ['DESTROY', 'agent.before_delete'],
  ['DESTROY', 'agent.after_delete'],
] as const)('a %s whose framework wants to hear of it, cut off at %s, is told as finished (A-187, D-094)', async (type, at) => {
  await dyingAt(at, type, V1, 'o1');
  expect(await master().untilOperation('o1')).toMatchObject({ state: 'OPERATION_FINISHED' });
});
