import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { orAborted } from '../until-aborted';
import { startGuard } from './guard';
import { choosePorts, type ClusterPorts } from './ports';
import { removeReadyFile, type ReadyState } from './ready-file';
import { RunningCluster, STOP_GRACE_MS, type ClusterListener } from './running-cluster';
import { planServices, type ClusterOptions } from './service-plan';
import { lockWorkDir } from './work-dir-lock';

export interface Cluster {
  /** As it is now; pids change when a service is started again. */
  readonly ready: ReadyState;
  readonly logDir: string;
  /** Resolves once a service serves again under another pid than `pid`. */
  untilRestarted(name: string, pid: number): Promise<number>;
  /** Stops everything in order, tasks too; no process is left. */
  stop(): Promise<void>;
}

/** Starts a whole cluster; resolves once everything serves and all agents are registered. Stops what it started when it fails. */
export async function startCluster(
  options: ClusterOptions & { readonly readyFile?: string; readonly onPlanned?: (ports: ClusterPorts) => Promise<void> },
  listener: ClusterListener = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Cluster> {
  const guard = startGuard({ graceMs: STOP_GRACE_MS });
  const undo: (() => Promise<void>)[] = [() => guard.dismiss()];
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    signal.throwIfAborted();
    undo.push(
      await lockWorkDir(options.workDir, {
        guardPid: guard.pid,
        onWaiting: () => listener.onProgress?.('an earlier cluster in this directory was killed; waiting until what it left has ended'),
      }),
    );
    // Only now: another cluster in this directory may have written it.
    if (options.readyFile !== undefined) await removeReadyFile(options.readyFile);
    const ports = await choosePorts({
      agents: options.agents,
      isEphemeral: options.isEphemeral,
      hasOwnRedis: options.redisUrl === undefined,
    });
    await options.onPlanned?.(ports);
    const plan = planServices(options, ports);
    const logDir = join(options.workDir, 'logs');
    for (const dir of [logDir, join(options.workDir, 'redis'), ...plan.agents.map(({ workDir }) => workDir)])
      await mkdir(dir, { recursive: true });

    const running = new RunningCluster({ plan, workDir: options.workDir, logDir, guard, listener, readyFile: options.readyFile });
    undo.push(() => running.stop());
    await orAborted(running.start(), signal);
    return {
      get ready() {
        return running.ready;
      },
      logDir,
      untilRestarted: (name, pid) => running.untilRestarted(name, pid),
      stop: undoAll,
    };
  } catch (error) {
    await undoAll();
    throw error;
  }
}
