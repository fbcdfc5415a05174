import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningService } from '@holdfast/platform/process';
import type { World } from '@holdfast/core/base';
import { realWorld } from '@holdfast/platform/world';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { startAgent } from './composition';
import { type AgentSettings, agentSettings } from './config';
import { compileSpawner } from './containers/compile-spawner.fixture';
import { reservedDisk, volumeResource } from './disks/volumes.fixture';
import { FakeMaster, type runTask } from './fake-master.fixture';
import { useTempDirectory } from './files/temp-directory.fixture';
import { findProcesses } from './processes';
import { endLaunch } from './processes/end-launch.fixture';

export { eventually } from '@holdfast/testing/eventually';

export interface TestAgent {
  readonly service: RunningService;
  readonly log: RecordedLog;
  readonly workDir: string;
  /** Why it wanted to end its process. */
  readonly ends: string[];
  state(): Promise<AgentState>;
  stop(): Promise<void>;
}

export interface AgentState {
  readonly id: string | null;
  readonly store_id: string;
  readonly isolation: string;
  readonly registered: boolean;
  readonly highest_epoch: number;
  readonly ledger_revision: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly domain: unknown;
  readonly unacknowledged_operations: readonly { readonly id: string; readonly state: string }[];
  readonly resources: Readonly<Record<string, number>>;
  readonly tasks: readonly {
    readonly id: string;
    readonly launch_id: string;
    readonly executor_id: string;
    readonly state: string;
    readonly pid: number | null;
    readonly directory: string;
  }[];
  readonly volumes: readonly {
    readonly role: string;
    readonly persistence_id: string;
    readonly path: string;
    readonly destroying: boolean;
    readonly mounts: readonly { readonly task_id: string; readonly mode: string }[];
  }[];
}

export const hasLogged = (agent: TestAgent, text: string): boolean =>
  agent.log.lines.some(({ message, fields }) => `${message} ${String(fields['problem'])}`.includes(text));

/** A shared volume of 100 MB, which `withVolume` has created. */
export const V1 = volumeResource('v1', 100);

export const volumePath = (agent: TestAgent, id = 'v1') => join(agent.workDir, 'volumes/roles/eng', id);
export const sandboxOf = (agent: TestAgent, task: ReturnType<typeof runTask>) =>
  join(agent.workDir, 'sandboxes', task.framework.id ?? '', task.info.taskId, task.launchId);
export const processesOf = (task: ReturnType<typeof runTask>) => findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${task.launchId}` });
/** Runs until a file `go` appears in its sandbox, then exits with the status. */
export const waiting = (code = 0) => `while [ ! -e go ]; do sleep 0.01; done; exit ${code}`;

export interface AgentTestBed {
  readonly directory: () => string;
  /** A new one for each test. */
  readonly master: FakeMaster;
  /** In the place of the last one, which has been stopped. */
  readonly restartMaster: (port: number) => Promise<void>;
  /** Without waiting for anything. */
  readonly start: (settings?: Partial<AgentSettings>, world?: World) => Promise<TestAgent>;
  /** Once it has asked to be registered. */
  readonly started: (settings?: Partial<AgentSettings>) => Promise<TestAgent>;
  /** Once it has V1. */
  readonly withVolume: (settings?: Partial<AgentSettings>) => Promise<TestAgent>;
}

/** For tests: agents in this process, with real disks, a real spawner and real tasks, and a master that does what it is told. */
export function useAgents(): AgentTestBed {
  const spawner = compileSpawner();
  const running = new Set<TestAgent>();
  let master: FakeMaster;
  beforeEach(async () => (master = await FakeMaster.start()));
  afterAll(() => spawner.remove());
  // Hooks run in this order: the directory goes last.
  afterEach(async () => {
    for (const agent of running) await agent.stop();
    await endLeftTasks(join(directory(), 'work/meta/tasks'));
    await master.stop();
  });
  const directory = useTempDirectory();

  const start = async (more: Partial<AgentSettings> = {}, world: World = realWorld()): Promise<TestAgent> => {
    const settings: AgentSettings = {
      ...agentSettings.read({}),
      master: master.address,
      workDir: join(directory(), 'work'),
      resources: 'cpus:4;mem:1024;disk:1000',
      httpPort: 0,
      spawnerPath: spawner.path,
      // Nothing is said again because the machine is slow.
      updateRetryMs: 300_000,
      registrationBackoffMs: 10,
      registrationBackoffMaxMs: 50,
      stopTasks: true,
      killGraceMs: 1000,
      ...more,
    };
    const log = recordedLog();
    const ends: string[] = [];
    const service = await startAgent(settings, log, { world, endProcess: (problem) => void ends.push(problem) });
    const agent: TestAgent = {
      service,
      log,
      ends,
      workDir: settings.workDir,
      state: async () => (await (await fetch(`${service.endpoints['http']}/state`)).json()) as AgentState,
      stop: async () => {
        running.delete(agent);
        await service.stop();
      },
    };
    running.add(agent);
    return agent;
  };
  const started = async (settings?: Partial<AgentSettings>): Promise<TestAgent> => {
    const agent = await start(settings);
    await master.registration();
    return agent;
  };
  const withVolume = async (settings?: Partial<AgentSettings>): Promise<TestAgent> => {
    const agent = await started(settings);
    for (const [type, resource] of [
      ['RESERVE', reservedDisk(100)],
      ['CREATE', V1],
    ] as const) {
      const refusal = await master.apply(type, resource);
      if (refusal) throw new Error(refusal.message);
    }
    return agent;
  };
  return {
    directory,
    get master() {
      return master;
    },
    restartMaster: async (port) => {
      master = await FakeMaster.start(port);
    },
    start,
    started,
    withVolume,
  };
}

/** Of agents that were to leave them running, or never came up again. */
async function endLeftTasks(launches: string): Promise<void> {
  if (!existsSync(launches)) return;
  for (const name of readdirSync(launches)) await endLaunch(name.replace(/\.\w+$/, ''));
}
