import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { AgentMessage } from '@holdfast/contracts';
import type { World } from '@holdfast/core/base';
import { type Attribute, Resources } from '@holdfast/core/resources';
import { type Logger, type RunningService, serveHttp } from '@holdfast/platform/process';
import { createRpcClient } from '@holdfast/platform/rpc';
import { observableGauge } from '@holdfast/platform/telemetry';
import { version } from '../package.json';
import { Checkpoint, checkpointFiles, commitDurations } from './checkpoint';
import { type AgentSettings, inheritedEnvironment } from './config';
import { chooseIsolation, ContainerRuntime, defaultSpawnerPath } from './containers';
import { VolumeDirectories } from './disks';
import { describeFault, faultCode } from './files';
import { agentState, type StateSources } from './http';
import { inspectStore } from './inspection';
import { Instructions, MasterLink } from './link';
import { OperationFeedback, ResourceOperations } from './operations';
import { detectResources, parseAttributes, parseDomain } from './resources';
import { AgentIdentity, Fence, lockWorkDir, openStoreId, openWorkDir, readBootId, StartFault, unusable } from './store';
import { startSandboxCleaner, TaskKeeper, taskMetrics } from './tasks';

export interface AgentSurroundings {
  readonly world: World;
  /** Ends the process: the agent cannot go on, or is not wanted. `problem` is a sentence for the log. */
  readonly endProcess: (problem: string, fault?: unknown) => void;
}

/** When told to stop, tasks get no more time than this, so that stopping has an end. */
const STOP_GRACE_AT_MOST_MS = 5_000;

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

  const configured = configuredResources(settings.resources ?? (await detectResources(dir.root)));
  const attributes = attributesOf(settings.attributes);
  const domain = settings.domain === undefined ? undefined : parseDomain(settings.domain);
  const identity = await AgentIdentity.open(dir, { hostname: settings.hostname, configured, attributes });
  const directories = new VolumeDirectories(dir.root);
  const checkpoint = await Checkpoint.open({
    files: checkpointFiles(dir.resources),
    directories,
    configured,
    onCommitted: commitDurations(),
  });

  let sources: StateSources | undefined = undefined;
  const http = await serveHttp({
    host: settings.host,
    port: settings.httpPort,
    log,
    isReady: () => (!sources ? ['recovering'] : sources.isRegistered() ? true : [`not registered with the master at ${settings.master}`]),
    routes: (app) => {
      app.get('/state', async (_request, reply) => (sources ? agentState(sources) : reply.code(503).send({ reason: 'recovering' })));
    },
  });
  undo.push(() => http.close());

  const environment = inheritedEnvironment();
  const runtime = await ContainerRuntime.start({
    spawnerPath: settings.spawnerPath ?? defaultSpawnerPath(),
    markPath: join(dir.meta, 'spawner'),
    bootId,
    environment,
    timers: world,
    log,
  });
  undo.push(() => runtime.stop());
  const isolation = await chooseIsolation(settings.isolation, runtime, dir.meta, log);

  const client = createRpcClient({ address: settings.master });
  undo.push(() => client.close());
  // What tasks have to say before there is a link is said again when it stands.
  let link: MasterLink | undefined = undefined;
  const send = (message: AgentMessage) => link?.send(message);
  const updateRetry = { firstMs: settings.updateRetryMs, maxMs: settings.updateRetryMaxMs };
  const tasks = await TaskKeeper.recover({
    world,
    log,
    runtime,
    directories,
    isolation,
    directory: dir.tasks,
    sandboxes: dir.sandboxes,
    metrics: taskMetrics(),
    agentId: () => identity.agentId ?? '',
    send,
    settings: {
      bootId,
      killGraceMs: settings.killGraceMs,
      updateRetry,
      switchUser: settings.switchUser,
      ownUser: userInfo().username,
      isRoot: process.getuid?.() === 0,
      endpoint: `${settings.host}:${http.port}`,
    },
  });
  undo.push(() => tasks.stop());
  identity.settle(tasks.runningCount);
  observableGauge('holdfast_agent_tasks_running', 'Tasks that have a process, or may have one', (gauge) =>
    gauge.observe(tasks.runningCount),
  );

  const feedback = new OperationFeedback({ checkpoint, world, log, times: updateRetry, agentId: () => identity.agentId, send });
  undo.push(() => {
    feedback.stop();
    return checkpoint.settled();
  });
  const operations = new ResourceOperations({ checkpoint, directories, feedback, holdersOf: (volume) => tasks.holdersOf(volume) });
  for (const problem of await operations.finishDeletions()) log.error({ problem }, 'a volume that was being destroyed is still there');
  const instructions = new Instructions({
    checkpoint,
    operations,
    feedback,
    tasks,
    fence,
    inspect: () => inspectStore({ checkpoint, directories, tasks, workDir: dir.root }),
    log,
    send,
    onBroken: (fault) => endProcess(`The agent cannot go on: ${describeFault(fault)}`, fault),
  });
  const isolationAttribute: Attribute = { name: 'holdfast.isolation', value: { kind: 'text', text: isolation } };
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
        agent: {
          ...(identity.agentId !== undefined && { id: identity.agentId }),
          hostname: settings.hostname,
          httpPort: http.port,
          attributes: [...attributes, isolationAttribute],
          ...(domain && { domain }),
        },
        storeId,
        configured,
        checkpointed: checkpoint.resources,
        tasks: tasks.reports(),
        operations: feedback.reports(),
        highestEpoch: fence.highestEpoch,
        ledgerRevision: fence.ledgerRevision,
        bootId,
        version,
      };
    },
    onRegistered: ({ agentId }) => identity.registered(agentId),
    onReady: () => {
      tasks.resend();
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
      isInUse: (sandbox) => tasks.ownsSandbox(sandbox),
      world,
      log,
    }),
  );

  sources = {
    agentId: () => identity.agentId,
    storeId,
    bootId,
    version,
    hostname: settings.hostname,
    master: settings.master,
    isRegistered: () => toMaster.isRegistered,
    workDir: dir.root,
    isolation,
    attributes: [...attributes, isolationAttribute],
    configured,
    checkpoint,
    directories,
    fence,
    tasks,
    feedback,
    ...(domain && { domain }),
  };
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

function configuredResources(text: string): Resources {
  const parsed = Resources.parse(text);
  if (parsed.ok) return parsed.value;
  throw new StartFault(`HOLDFAST_AGENT_RESOURCES cannot be read: ${parsed.refusal.message}`);
}

function attributesOf(text: string | undefined): readonly Attribute[] {
  try {
    return parseAttributes(text ?? '');
  } catch (fault) {
    throw new StartFault(`HOLDFAST_AGENT_ATTRIBUTES cannot be read: ${describeFault(fault)}`);
  }
}
