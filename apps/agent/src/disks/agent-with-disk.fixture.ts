import { type Resource, resourceJson, scalar } from '@holdfast/core/resources';
import { type AgentTestBed, type TestAgent, useAgents } from '../agent.fixture';
import type { AgentSettings } from '../config';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { type MakeDisk, type TestDisk } from './three-disks.fixture';
import { reservedDisk, volumeResource } from './volumes.fixture';

/** The size of the only disk. */
export const DISK_MB = 16;
/** The size of the volume, unless it is all of a MOUNT disk. */
export const VOLUME_MB = 4;

export interface AgentWithVolume {
  readonly agent: TestAgent;
  readonly volume: Resource;
  readonly reserved: Resource;
  /** As the agent was set, for the one after it. */
  readonly settings: Partial<AgentSettings>;
  /** Where its data lies. */
  readonly path: string;
}

/** For tests over the three kinds of disks: agents with one such disk, and a shared volume on it. */
export function useAgentsWithDisk(): { readonly bed: AgentTestBed; readonly withVolumeOn: typeof withVolumeOn } {
  // Hooks run in this order: the agents go first, then the disk, then the directory of the disk.
  const bed = useAgents();
  let disk: TestDisk | undefined;
  afterEach(() => {
    disk?.remove();
    disk = undefined;
  });
  const directory = useTempDirectory();
  // Metrics are those of all agents that this process has had, so each has a volume of a name of its own.
  let volumes = 0;

  async function withVolumeOn(makeDisk: MakeDisk, settings: Partial<AgentSettings> = {}): Promise<AgentWithVolume> {
    disk = makeDisk(directory());
    const { source } = disk;
    const more = source ? { source } : {};
    const offered = { ...scalar('disk', DISK_MB), ...(source && { disk: more }) };
    const resources = JSON.stringify([scalar('cpus', 4), scalar('mem', 1024), offered].map(resourceJson));
    const all = { resources, ...settings };
    const agent = await bed.started(all);
    const isMount = source?.type === 'MOUNT';
    const sizeMb = isMount ? DISK_MB : VOLUME_MB;
    const volume = volumeResource(`v${++volumes}`, sizeMb, more);
    const reserved = reservedDisk(sizeMb, more);
    for (const [type, resource] of [
      ['RESERVE', reserved],
      ['CREATE', volume],
    ] as const) {
      const refusal = await bed.master.apply(type, resource);
      if (refusal) throw new Error(refusal.message);
    }
    const root = source?.root ?? agent.workDir;
    return { agent, volume, reserved, settings: all, path: isMount ? root : `${root}/volumes/roles/eng/v${volumes}` };
  }
  return { bed, withVolumeOn };
}
