import { hostname } from 'node:os';
import { defineSettings, durationMs, flag, integer, oneOf, optionalText, port, text } from '@holdfast/platform/config';
import { parseDomain } from './resources';
import { groupIdsProblem } from './volume-access';

export const agentSettings = defineSettings({
  service: 'agent',
  about:
    'The agent: offers the resources of one machine, keeps its reservations and volumes, and runs tasks. It dials the master; tasks go on while the agent or the master is away.',
  fields: {
    master: text('HOLDFAST_AGENT_MASTER', '127.0.0.1:7050', "host:port of the master's gRPC port"),
    workDir: text(
      'HOLDFAST_AGENT_WORK_DIR',
      '/var/lib/holdfast/agent',
      'directory for volumes, sandboxes and everything the agent must remember',
    ),
    resources: optionalText(
      'HOLDFAST_AGENT_RESOURCES',
      undefined,
      "what is offered, as in Mesos' --resources: cpus:4;mem:4096;disk:10240;disk(eng):2048, or a JSON list; detected if not set",
    ),
    attributes: optionalText('HOLDFAST_AGENT_ATTRIBUTES', undefined, 'facts about this machine for frameworks, such as rack:r1;ssd:true'),
    domain: optionalText(
      'HOLDFAST_AGENT_DOMAIN',
      undefined,
      "where this machine stands, as region/zone, such as eu-west/a: frameworks that are not region aware get offers of the master's region only",
    ),
    host: text('HOLDFAST_AGENT_HOST', '127.0.0.1', 'address to listen on'),
    hostname: text('HOLDFAST_AGENT_HOSTNAME', hostname(), 'name by which frameworks are told to reach this machine'),
    httpPort: port('HOLDFAST_AGENT_HTTP_PORT', 5051, 'HTTP port: state, health and metrics; 0 takes a free one'),
    credentialsFile: optionalText(
      'HOLDFAST_AGENT_CREDENTIALS',
      undefined,
      'file with the principals that may ask this agent over HTTP, and hashes of their secrets, as the master takes it; not set: nobody is asked who they are',
    ),
    isolation: oneOf(
      'HOLDFAST_AGENT_ISOLATION',
      'auto',
      'namespaces: mounts and process ids of its own for each task; plain: links instead of mounts, and no read-only volumes; auto: namespaces where the machine lets us',
      ['auto', 'namespaces', 'plain'],
    ),
    switchUser: oneOf(
      'HOLDFAST_AGENT_SWITCH_USER',
      'auto',
      "run tasks whose command names no user as their framework's user: true, false (as the agent's own), or auto: true if the agent runs as root",
      ['auto', 'true', 'false'],
    ),
    cgroupRoot: optionalText(
      'HOLDFAST_AGENT_CGROUP_ROOT',
      undefined,
      'where the control groups of tasks are made, below the mounts of the system; holdfast/<store id> if not set',
    ),
    cpuHardLimit: flag(
      'HOLDFAST_AGENT_CPU_HARD_LIMIT',
      false,
      'tasks get no more of the processors than they have asked for, also when more is free; otherwise only those that set limits are bounded',
    ),
    processesPerTask: integer('HOLDFAST_AGENT_PROCESSES_PER_TASK', 4096, 'processes and threads that a task may have at once', { min: 16 }),
    stopTasks: flag(
      'HOLDFAST_AGENT_STOP_TASKS',
      false,
      'when told to stop, end the tasks too; otherwise they go on and the next agent takes them over',
    ),
    killGraceMs: durationMs(
      'HOLDFAST_AGENT_KILL_GRACE_MS',
      3_000,
      'from SIGTERM to SIGKILL, where neither the kill nor the task says how long',
    ),
    updateRetryMs: durationMs(
      'HOLDFAST_AGENT_UPDATE_RETRY_MS',
      10_000,
      'first wait for the acknowledgement of a status; doubles each time',
      { min: 1 },
    ),
    updateRetryMaxMs: durationMs('HOLDFAST_AGENT_UPDATE_RETRY_MAX_MS', 600_000, 'longest wait for the acknowledgement of a status', {
      min: 1,
    }),
    registrationBackoffMs: durationMs(
      'HOLDFAST_AGENT_REGISTRATION_BACKOFF_MS',
      1_000,
      'longest first wait before registering again; doubles each time',
      {
        min: 1,
      },
    ),
    registrationBackoffMaxMs: durationMs('HOLDFAST_AGENT_REGISTRATION_BACKOFF_MAX_MS', 60_000, 'longest wait before registering again', {
      min: 1,
    }),
    reconfigurationPolicy: oneOf(
      'HOLDFAST_AGENT_RECONFIGURATION_POLICY',
      'equal',
      'what may differ from the last start of this boot: equal: nothing that frameworks are told; additive: resources, attributes and a domain may be added',
      ['equal', 'additive'],
    ),
    registrationTimeoutMs: durationMs(
      'HOLDFAST_AGENT_REGISTRATION_TIMEOUT_MS',
      10_000,
      'how long a master may take to answer a registration',
      { min: 1 },
    ),
    volumeGids: optionalText(
      'HOLDFAST_AGENT_VOLUME_GIDS',
      undefined,
      'group ids for volumes, such as 10000-20000: each volume that a user other than root uses gets one, so that tasks of several users can share it; if not set, a volume belongs to the user of its first task. Needs root',
    ),
    diskCheckIntervalMs: durationMs(
      'HOLDFAST_AGENT_DISK_CHECK_INTERVAL_MS',
      15_000,
      'how often sandboxes and volumes are measured, and output is rotated',
      { min: 100 },
    ),
    enforceDisk: flag(
      'HOLDFAST_AGENT_ENFORCE_DISK',
      true,
      'end tasks whose sandbox is larger than the disk they asked for, and those that may write to a volume larger than its size; otherwise it is only measured',
    ),
    outputMaxBytes: integer(
      'HOLDFAST_AGENT_OUTPUT_MAX_BYTES',
      10 * 1024 * 1024,
      'a stdout or stderr of a task that is longer is set aside and begins anew',
      { min: 4096 },
    ),
    outputKeep: integer('HOLDFAST_AGENT_OUTPUT_KEEP', 2, 'how many of those set aside are kept; they count as disk of the task', {
      min: 0,
    }),
    executorRegistrationTimeoutMs: durationMs(
      'HOLDFAST_AGENT_EXECUTOR_REGISTRATION_TIMEOUT_MS',
      60_000,
      "how long a framework's own executor may take to subscribe after its start",
      { min: 1 },
    ),
    executorReregistrationTimeoutMs: durationMs(
      'HOLDFAST_AGENT_EXECUTOR_REREGISTRATION_TIMEOUT_MS',
      2_000,
      "how long a framework's own executor may take to subscribe again after a restart of the agent",
      { min: 1, max: 15_000 },
    ),
    maxBodyBytes: integer('HOLDFAST_AGENT_MAX_BODY_BYTES', 4 * 1024 * 1024, 'largest body of a call of an executor', { min: 1024 }),
    sandboxKeepMs: durationMs(
      'HOLDFAST_AGENT_SANDBOX_KEEP_MS',
      7 * 24 * 3_600_000,
      'how long the sandbox of an ended task is kept; less when the disk fills up',
    ),
    spawnerPath: optionalText(
      'HOLDFAST_AGENT_SPAWNER_PATH',
      undefined,
      'the program that starts tasks; spawner.cjs beside the agent if not set',
    ),
  },
  check: (settings) => [
    ...(settings.updateRetryMaxMs < settings.updateRetryMs
      ? ['HOLDFAST_AGENT_UPDATE_RETRY_MAX_MS must not be less than HOLDFAST_AGENT_UPDATE_RETRY_MS']
      : []),
    ...(settings.registrationBackoffMaxMs < settings.registrationBackoffMs
      ? ['HOLDFAST_AGENT_REGISTRATION_BACKOFF_MAX_MS must not be less than HOLDFAST_AGENT_REGISTRATION_BACKOFF_MS']
      : []),
    ...(settings.domain === undefined || parseDomain(settings.domain)
      ? []
      : ['HOLDFAST_AGENT_DOMAIN must be region/zone, such as eu-west/a: two names without a slash or a blank']),
    ...volumeGidsProblems(settings.volumeGids),
    ...(/^(\[[^\]]+\]|[^:]+):\d{1,5}$/.test(settings.master) ? [] : ['HOLDFAST_AGENT_MASTER must be host:port, such as 127.0.0.1:7050']),
  ],
});

function volumeGidsProblems(text: string | undefined): readonly string[] {
  const problem = text === undefined ? undefined : groupIdsProblem(text);
  return problem === undefined ? [] : [`HOLDFAST_AGENT_VOLUME_GIDS cannot be read: ${problem}`];
}

export type AgentSettings = ReturnType<(typeof agentSettings)['read']>;

/** Variables that say how the machine is set up. The others stay with the agent: its settings may hold secrets. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

/** What of the agent's own environment tasks get, too. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> {
  const inherited: Record<string, string> = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  for (const name of PASSED_ON) if (env[name]) inherited[name] = env[name];
  return inherited;
}
