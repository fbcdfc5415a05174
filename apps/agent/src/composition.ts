import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { AgentInfo, AgentMessage } from '@holdfast/contracts';
import type { World } from '@holdfast/core/base';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { Logger, RunningService } from '@holdfast/platform/process';
import { createRpcClient } from '@holdfast/platform/rpc';
import { observableGauge } from '@holdfast/platform/telemetry';
import { version } from '../package.json';
import { Checkpoint, checkpointFiles, commitDurations } from './checkpoint';
import { type AgentSettings, agentSettings, inheritedEnvironment } from './config';
import { chooseIsolation, ContainerRuntime, defaultSpawnerPath, enforcementAttributes, rotateOutput } from './containers';
import { hiddenRoots, VolumeDirectories } from './disks';
import { ExecutorKeeper } from './executors';
import { describeFault, faultCode } from './files';
import { agentFiles, type AgentSources, flagsOf } from './http';
import { openHttpPort } from './http-port';
import { foreignMounts, inspectStore } from './inspection';
import { Instructions, MasterLink, observeMembership } from './link';
import { machineProfile } from './machine-profile';
import { OperationFeedback, ResourceOperations } from './operations';
import { AgentIdentity, Fence, lockWorkDir, openStoreId, openWorkDir, readBootId, unusable } from './store';
import { monotonicMs, startSandboxCleaner, TaskKeeper, taskMetrics } from './tasks';
import { measuringProblem, observeVolumes, UsageWatch } from './usage';
import { observeGroupIds, parseGroupIds, VolumeAccess } from './volume-access';

export interface AgentSurroundings {
  readonly world: World;
  /** Ends the process: the agent cannot go on, or is not wanted. `problem` is a sentence for the log. */
  readonly endProcess: (problem: string, fault?: unknown) => void;
}

/** A disk that takes longer to be measured is taken for one that does not answer. */
const MEASURING_AT_MOST_MS = 120_000;

/** When told to stop, tasks get no more time than this, so that stopping has an end. */
const STOP_GRACE_AT_MOST_MS = 5_000;

/** Wire 7.2. */
const EXECUTOR_HEARTBEAT_INTERVAL_MS = 30 * 60_000;

/** Builds the agent, takes over what the last one has left, and registers. Throws StartFault if it may not or cannot start. */
export async function startAgent(settings: AgentSettings, log: Logger, { world, endProcess }: AgentSurroundings): Promise<RunningService> {
  const undo: (() => Promise<void> | void)[] = [];
  try {
    return await start(settings, log, world, endProcess, undo);
  } catch (fault) {
    await undoAll(undo, log);
    throw asStartFault(fault, settings.workDir);
  }
}

/** What the system refuses while the agent starts concerns its work directory, wherever exactly it came up. */
const asStartFault = (fault: unknown, workDir: string): unknown =>
  faultCode(fault)?.startsWith('E') && !(fault as Error).name.endsWith('Fault') ? unusable(workDir, fault) : fault;

async function start(
  settings: AgentSettings,
  log: Logger,
  world: World,
  endProcess: AgentSurroundings['endProcess'],
  undo: (() => Promise<void> | void)[],
): Promise<RunningService> {
  const dir = await openWorkDir(settings.workDir);
  const bootId = readBootId();
  undo.push(await lockWorkDir(dir, bootId));
  const storeId = await openStoreId(dir, () => world.ids.uuid());
  const fence = await Fence.open(dir, (fault) => log.error({ err: fault }, 'the ledger revision could not be written down'));
  undo.push(() => fence.close());

  const profile = await machineProfile(settings, dir.root);
  const { hostname, configured, attributes, domain } = profile;
  const directories = new VolumeDirectories(dir.root);
  const checkpoint = await Checkpoint.open({
    files: checkpointFiles(dir.resources),
    directories,
    configured,
    onCommitted: commitDurations(),
  });
  const identity = await AgentIdentity.open(dir, { profile, bootId, policy: settings.reconfigurationPolicy });

  const startedMs = world.nowMs();
  const flags = flagsOf(agentSettings.describe(settings));
  let sources: AgentSources | undefined = undefined;
  let executors: ExecutorKeeper | undefined = undefined;
  // What tasks have to say before there is a link is said again when it stands.
  let link: MasterLink | undefined = undefined;
  const send = (message: AgentMessage) => link?.send(message);
  const http = await openHttpPort(settings, { world, log, flags, executors: () => executors, sources: () => sources, send });
  undo.push(() => http.close());

  const environment = inheritedEnvironment();
  const runtime = await ContainerRuntime.start({
    spawnerPath: settings.spawnerPath ?? defaultSpawnerPath(),
    markPath: join(dir.meta, 'spawner'),
    bootId,
    environment,
    hidden: await hiddenRoots(dir.root, configured),
    timers: world,
    log,
  });
  undo.push(() => runtime.stop());
  const isRoot = process.getuid?.() === 0;
  const enforcement = await chooseIsolation(settings.isolation, {
    runtime,
    metaDirectory: dir.meta,
    cgroupRoot: settings.cgroupRoot ?? `holdfast/${storeId}`,
    isRoot,
    diskProblem: settings.enforceDisk ? await measuringProblem(dir.meta, world) : 'HOLDFAST_AGENT_ENFORCE_DISK is false',
    log,
  });
  const { isolation } = enforcement;
  const ownAttributes = [...attributes, ...enforcementAttributes(enforcement)];

  const client = createRpcClient({ address: settings.master });
  undo.push(() => client.close());
  const updateRetry = { firstMs: settings.updateRetryMs, maxMs: settings.updateRetryMaxMs };
  let usage: UsageWatch | undefined = undefined;
  const access = await VolumeAccess.open({
    directories,
    path: join(dir.meta, 'volume-gids.json'),
    groupIds: settings.volumeGids === undefined ? [] : parseGroupIds(settings.volumeGids),
    isRoot,
    onUse: (volume) => usage?.mayChange(volume),
    log,
  });
  observeGroupIds(access);
  const surroundings = {
    world,
    monotonicMs,
    log,
    runtime,
    access,
    isolation,
    sandboxes: dir.sandboxes,
    metrics: taskMetrics(),
    agentId: () => identity.agentId ?? '',
    send,
    settings: {
      bootId,
      killGraceMs: settings.killGraceMs,
      updateRetry,
      switchUser: settings.switchUser === 'auto' ? isRoot : settings.switchUser === 'true',
      ownUser: userInfo().username,
      isRoot,
      isCpuBounded: settings.cpuHardLimit,
      processesPerTask: settings.processesPerTask,
      endpoint: `${settings.host}:${http.port}`,
    },
  };
  const agentInfo = (): AgentInfo => ({
    ...(identity.agentId !== undefined && { id: identity.agentId }),
    hostname,
    httpPort: http.port,
    attributes: ownAttributes,
    ...(domain && { domain }),
  });
  const customExecutors = await ExecutorKeeper.open({
    ...surroundings,
    directory: join(dir.meta, 'executors'),
    times: {
      registrationTimeoutMs: settings.executorRegistrationTimeoutMs,
      reregistrationTimeoutMs: settings.executorReregistrationTimeoutMs,
      heartbeatIntervalMs: EXECUTOR_HEARTBEAT_INTERVAL_MS,
    },
    agent: agentInfo,
  });
  const tasks = await TaskKeeper.recover({
    ...surroundings,
    notEnforced: enforcement.notEnforced,
    customExecutors,
    directory: dir.tasks,
    gates: join(dir.meta, 'gates'),
  });
  undo.push(() => tasks.stop());
  executors = customExecutors;
  customExecutors.doorOpened();
  undo.push(() => customExecutors.stop());
  runtime.removeLeftovers();
  identity.settle(tasks.runningCount);
  observableGauge('holdfast_agent_tasks_running', 'Tasks that have a process, or may have one', (gauge) =>
    gauge.observe(tasks.runningCount),
  );

  const feedback = new OperationFeedback({ checkpoint, world, log, times: updateRetry, agentId: () => identity.agentId, send });
  undo.push(() => {
    feedback.stop();
    return checkpoint.settled();
  });
  const operations = new ResourceOperations({
    checkpoint,
    directories,
    feedback,
    holdersOf: (volume) => tasks.holdersOf(volume),
    foreignMounts: (volume) => foreignMounts(volume, dir.root),
    onDestroyed: (volume) => {
      access.destroyed(volume);
      usage?.forget(volume);
    },
  });
  for (const problem of await operations.finishDeletions()) log.error({ problem }, 'a volume that was being destroyed is still there');
  const known = checkpoint.resources.persistentVolumes().toList().map(keyOfVolume);
  await access.recovered(new Set(known), (volume) => tasks.holdersOf(volume).length > 0);
  const watch = new UsageWatch({
    tasks: () => tasks.all(),
    volumes: () => checkpoint.resources.persistentVolumes().toList(),
    directories,
    rotateOutput: (sandbox) => rotateOutput(sandbox, { maxBytes: settings.outputMaxBytes, keep: settings.outputKeep }),
    settings: {
      intervalMs: settings.diskCheckIntervalMs,
      timeoutMs: MEASURING_AT_MOST_MS,
      isEnforced: settings.enforceDisk,
      rotateAboveBytes: settings.outputMaxBytes,
    },
    timers: world,
    log,
  });
  usage = watch;
  observeVolumes(watch);
  watch.start();
  undo.push(() => watch.stop());
  const instructions = new Instructions({
    checkpoint,
    operations,
    feedback,
    tasks,
    executors: customExecutors,
    fence,
    inspect: () => inspectStore({ checkpoint, directories, tasks, executors: customExecutors, workDir: dir.root }),
    log,
    send,
    onBroken: (fault) => endProcess(`The agent cannot go on: ${describeFault(fault)}`, fault),
  });
  const toMaster = new MasterLink({
    world,
    log,
    client,
    backoff: { firstMs: settings.registrationBackoffMs, maxMs: settings.registrationBackoffMaxMs },
    registrationTimeoutMs: settings.registrationTimeoutMs,
    admit: (epoch) => fence.admit(epoch),
    report: async () => {
      await instructions.settled();
      return {
        kind: 'register',
        agent: agentInfo(),
        storeId,
        configured,
        checkpointed: checkpoint.resources,
        tasks: tasks.reports(),
        operations: feedback.reports(),
        executors: customExecutors.reports(),
        highestEpoch: fence.highestEpoch,
        ledgerRevision: fence.ledgerRevision,
        bootId,
        version,
      };
    },
    onRegistered: ({ agentId }) => identity.registered(agentId),
    onReady: () => {
      tasks.resend();
      customExecutors.resend();
      feedback.resend();
    },
    onLost: () => instructions.abandon(),
    onInstruction: (instruction) => instructions.carryOut(instruction),
    onRefused: (refusal) => endProcess(`The master does not want this agent: ${refusal.message}`),
  });
  link = toMaster;
  undo.push(() => {
    instructions.abandon();
    return instructions.settled();
  });
  undo.push(() => toMaster.stop());
  undo.push(
    startSandboxCleaner({
      sandboxes: dir.sandboxes,
      keepMs: settings.sandboxKeepMs,
      isInUse: (sandbox) => tasks.ownsSandbox(sandbox) || customExecutors.ownsSandbox(sandbox),
      world,
      log,
    }),
  );

  sources = {
    agentId: () => identity.agentId,
    storeId,
    bootId,
    version,
    hostname,
    endpoint: `${settings.host}:${http.port}`,
    startedMs,
    master: settings.master,
    isRegistered: () => toMaster.isRegistered,
    workDir: dir.root,
    isolation,
    attributes: ownAttributes,
    configured,
    checkpoint,
    directories,
    fence,
    tasks: () => tasks.all(),
    executors: () => customExecutors.all(),
    sizes: watch,
    feedback,
    flags,
    files: agentFiles({
      sandboxes: dir.sandboxes,
      tasks: () => tasks.all(),
      volumePath: (volume) => {
        const located = directories.pathOf(volume);
        return located.ok ? located.value.path : undefined;
      },
    }),
    ...(domain && { domain }),
  };
  observeMembership({ isRegistered: () => toMaster.isRegistered, agentId: () => identity.agentId, epoch: () => fence.highestEpoch });
  toMaster.start();
  log.info(
    { storeId, agentId: identity.agentId, isolation, total: checkpoint.total.toString(), tasks: tasks.runningCount },
    'agent started',
  );

  return {
    endpoints: { http: http.address },
    stop: async () => {
      if (settings.stopTasks) await tasks.terminateAll(Math.min(settings.killGraceMs, STOP_GRACE_AT_MOST_MS));
      await undoAll(undo, log);
    },
  };
}

/** The last first; what fails does not keep the others from being undone. */
async function undoAll(undo: (() => Promise<void> | void)[], log: Logger): Promise<void> {
  for (const step of undo.splice(0).reverse()) {
    try {
      await step();
    } catch (fault) {
      log.warn({ err: fault }, 'could not be stopped');
    }
  }
}
