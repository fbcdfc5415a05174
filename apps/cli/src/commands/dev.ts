import { relative, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { Resources } from '@holdfast/core/resources';
import { readAclsFile, readCredentialsFile } from '@holdfast/platform/credentials';
import { replaceWithJson, startCluster, type Cluster, type ClusterListener, type ClusterOptions, type Dial } from '../cluster';
import type { CliContext } from '../context';
import { untilAborted } from '../until-aborted';
import { seconds } from '../output';
import { parseCount } from './ask-master';

interface DevOptions {
  readonly agents: number;
  readonly resources: string;
  readonly workDir: string;
  readonly readyFile?: string;
  readonly ephemeralPorts?: true;
  readonly redisUrl?: string;
  readonly credentials?: string;
  readonly acls?: string;
  readonly planFile?: string;
  readonly dial?: Dial;
}

const DEFAULT_RESOURCES = 'cpus:4;mem:4096;disk:10240';

/** `holdfast dev`: a whole cluster in one terminal, until Ctrl-C. */
export function addDevCommand(program: Command, context: CliContext): void {
  program
    .command('dev')
    .description('run a whole cluster on this machine: Redis, volume registry, allocator, master and agents, until Ctrl-C')
    .option('--agents <count>', 'how many agents', parseAgents, 2)
    .option('--resources <text>', "what each agent has, such as 'cpus:4;mem:4096;disk(eng):2048'", parseResources, DEFAULT_RESOURCES)
    .option('--work-dir <dir>', 'where everything is kept; used again, volumes and reservations are back', '.holdfast/dev')
    .option('--ready-file <file>', 'write a JSON description of the cluster here once everything serves')
    .option('--ephemeral-ports', 'take free ports in place of 7050, 5050, …')
    .option(
      '--redis-url <url>',
      'use this Redis in place of a private one (environment: HOLDFAST_REDIS_URL)',
      parseRedisUrl,
      context.settings.redisUrl,
    )
    .option('--credentials <file>', 'ask frameworks and operators who they are; "holdfast credentials hash" makes the entries')
    .option('--acls <file>', 'which principal may do what, in the format of Mesos')
    // For tests that stand between the services: the ports are told before anything starts, and who dials whom elsewhere is told us.
    .addOption(new Option('--plan-file <file>').hideHelp())
    .addOption(new Option('--dial <json>').argParser((text) => JSON.parse(text) as Dial).hideHelp())
    .addHelpText('after', '\nA service that dies is started again. Logs are kept in <work-dir>/logs.')
    .action((options: DevOptions) => runDev(context, options));
}

async function runDev(context: CliContext, options: DevOptions): Promise<void> {
  const { terminal, signal } = context;
  const startedMs = Date.now();
  const workDir = resolve(context.currentDir, options.workDir);
  const access = await accessFiles(context, options);
  terminal.say(`Starting a cluster with ${inWords(options.agents, 'agent')} in ${shortPath(context, workDir)} …`);
  const cluster = await startCluster(
    {
      workDir,
      agents: options.agents,
      resources: options.resources,
      isEphemeral: options.ephemeralPorts === true,
      ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }),
      ...(options.readyFile === undefined ? {} : { readyFile: resolve(context.currentDir, options.readyFile) }),
      ...(options.dial === undefined ? {} : { dial: options.dial }),
      ...(options.planFile === undefined ? {} : { onPlanned: planWriter(resolve(context.currentDir, options.planFile)) }),
      ...access,
      distDir: context.distDir,
      env: context.env,
    },
    tellingListener(context),
    signal,
  ).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (cluster !== undefined) {
    terminal.say(`${terminal.marks.good} Ready after ${seconds(Date.now() - startedMs)}. Ctrl-C stops everything, tasks too.\n`);
    terminal.say(endpoints(context, cluster, access));
    terminal.say();
    await untilAborted(signal);
    terminal.say('\nStopping …');
    await cluster.stop();
  }
  terminal.say('Everything has stopped.');
}

const planWriter = (file: string) => (ports: object) => replaceWithJson(file, ports);

/** Found right before anything starts: their faults are then told here, and not by a master that keeps dying. */
async function accessFiles({ currentDir, terminal }: CliContext, { credentials, acls }: DevOptions): Promise<AccessFiles> {
  const credentialsFile = credentials === undefined ? undefined : resolve(currentDir, credentials);
  const aclsFile = acls === undefined ? undefined : resolve(currentDir, acls);
  const read = [credentialsFile && (await readCredentialsFile(credentialsFile)), aclsFile && (await readAclsFile(aclsFile))];
  for (const file of read) for (const warning of file ? file.warnings : []) terminal.complain(`Warning: ${warning}`);
  return { ...(credentialsFile !== undefined && { credentialsFile }), ...(aclsFile !== undefined && { aclsFile }) };
}

type AccessFiles = Pick<ClusterOptions, 'credentialsFile' | 'aclsFile'>;

/** Deaths, restarts, warnings and errors of the services, as short lines. */
function tellingListener({ terminal }: CliContext): ClusterListener {
  const { colours } = terminal;
  const line = (name: string, text: string) =>
    terminal.say(`${colours.dim(new Date().toTimeString().slice(0, 8))}  ${colours.bold(name.padEnd(15))}  ${text}`);
  return {
    onProgress: (text) => terminal.say(`  ${text} …`),
    onDied: ({ name, how, restartInMs }) => line(name, `${colours.red(`ended (${how})`)}; starting it again in ${seconds(restartInMs)}`),
    onRestarted: ({ name, pid }) => line(name, colours.green(`serves again (process ${pid})`)),
    onLog: ({ name, entry }) => line(name, entry.level === 'error' ? colours.red(entry.message) : colours.yellow(entry.message)),
  };
}

function endpoints(context: CliContext, { ready, logDir }: Cluster, { credentialsFile, aclsFile }: AccessFiles): string {
  const rows = [
    ['master', `gRPC ${ready.master.grpc}`, ready.master.http],
    ['allocator', `gRPC ${ready.allocator.grpc}`, ready.allocator.http],
    ['volume-registry', `gRPC ${ready.volumeRegistry.grpc}`, ready.volumeRegistry.http],
    ...ready.agents.map((agent, index) => [`agent-${index + 1}`, shortPath(context, agent.workDir), `${agent.http}  ${agent.id}`]),
    ['redis', ready.redis, ''],
    ['logs', shortPath(context, logDir), ''],
    ...(credentialsFile === undefined ? [] : [['credentials', shortPath(context, credentialsFile), '']]),
    ...(aclsFile === undefined ? [] : [['ACLs', shortPath(context, aclsFile), '']]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}

/** Relative where that is shorter to read. */
function shortPath({ currentDir }: CliContext, path: string): string {
  const near = relative(currentDir, path);
  return near.startsWith('..') || near === '' ? path : near;
}

const inWords = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function parseAgents(value: string): number {
  const count = parseCount(value);
  if (count > 50) throw new InvalidArgumentError('It must be at most 50.');
  return count;
}

function parseResources(value: string): string {
  const parsed = Resources.parse(value);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.refusal.message);
  return value;
}

function parseRedisUrl(value: string): string {
  if (!/^rediss?:\/\/[^\s/]+/.test(value)) throw new InvalidArgumentError('It must be redis://host:port.');
  return value;
}
