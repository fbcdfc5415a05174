import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@holdfast/platform/process';
import { realWorld } from '@holdfast/platform/world';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { startAgent } from './composition';
import { type AgentSettings, agentSettings } from './config';
import { compileSpawner } from './containers/compile-spawner.fixture';
import { useTempDirectory } from './files/temp-directory.fixture';
import { findProcesses, sendSignal } from './processes';

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
  readonly resources: Readonly<Record<string, number>>;
  readonly tasks: readonly {
    readonly id: string;
    readonly launch_id: string;
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

/** Resolves as soon as something is so that nobody announces. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const hasLogged = (agent: TestAgent, text: string): boolean =>
  agent.log.lines.some(({ message, fields }) => `${message} ${String(fields['problem'])}`.includes(text));

/** For tests: agents in this process, with real disks, a real spawner and real tasks. */
export function useAgents(): {
  readonly directory: () => string;
  start(master: string, settings?: Partial<AgentSettings>): Promise<TestAgent>;
  /** The settings that `start` uses. */
  settings(master: string, settings?: Partial<AgentSettings>): AgentSettings;
} {
  const spawner = compileSpawner();
  const running = new Set<TestAgent>();
  afterAll(() => spawner.remove());
  // Hooks run in this order: the directory goes last.
  afterEach(async () => {
    for (const agent of running) await agent.stop();
    killLeftTasks(join(directory(), 'work/meta/tasks'));
  });
  const directory = useTempDirectory();

  const settingsFor = (master: string, more: Partial<AgentSettings> = {}): AgentSettings => ({
    ...agentSettings.read({}),
    master,
    workDir: join(directory(), 'work'),
    resources: 'cpus:4;mem:1024;disk:1000',
    hostname: hostname(),
    httpPort: 0,
    spawnerPath: spawner.path,
    registrationBackoffMs: 10,
    registrationBackoffMaxMs: 50,
    stopTasks: true,
    killGraceMs: 1000,
    ...more,
  });

  const start = async (master: string, more: Partial<AgentSettings> = {}): Promise<TestAgent> => {
    const settings = settingsFor(master, more);
    const log = recordedLog();
    const ends: string[] = [];
    const service = await startAgent(settings, log, { world: realWorld(), endProcess: (problem) => void ends.push(problem) });
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
  return { directory, start, settings: settingsFor };
}

/** Of agents that were to leave them running, or never came up again. */
function killLeftTasks(launches: string): void {
  if (!existsSync(launches)) return;
  for (const name of readdirSync(launches)) {
    for (const pid of findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${name.replace(/\.\w+$/, '')}` })) sendSignal(pid, 'SIGKILL');
  }
}
