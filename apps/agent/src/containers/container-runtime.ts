import { join } from 'node:path';
import type { LaunchId, Timers } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import { describeFault } from '../files';
import { ProcessFinder, type ProcessMark } from '../processes';
import { Besides, type BesideEnd } from './besides';
import { bubblewrapArgs, type MachineView } from './bubblewrap';
import { type Cgroup, CgroupFault, type Cgroups } from './cgroups';
import { Container, launchVariable } from './container';
import { readContainerLog } from './container-log';
import { containerScript, FIRST_JOIN_FD } from './container-script';
import type { ContainerLimits, ContainerSpec, ExecEnd, ExecRequest, Isolation } from './container-spec';
import { baseEnvironment } from './environment';
import { execScript, unmountScript } from './exec-script';
import { freshPlaces, hiddenNow } from './machine-view';
import { mountPoints, type PlacedMount } from './mount-points';
import { SpawnerProcess } from './spawner-process';
import type { SpawnerAnswer } from './spawner-messages';

export interface RuntimeDeps {
  readonly spawnerPath: string;
  /** `meta/spawner` */
  readonly markPath: string;
  readonly bootId: string;
  /** What of the agent's environment tasks get, too. */
  readonly environment: Readonly<Record<string, string>>;
  /** Directories that no container with namespaces sees, but for its own sandbox and volumes in there: without links. */
  readonly hidden: readonly string[];
  readonly timers: Timers;
  readonly log: Logger;
}

/** The container could not be started, and no process of it is left. */
export class LaunchFault extends Error {
  override readonly name = 'LaunchFault';
}

interface Starting {
  readonly spec: ContainerSpec;
  readonly logPath: string;
  readonly cgroup?: Cgroup;
  readonly resolve: (container: Container) => void;
  readonly reject: (fault: Error) => void;
}

/** How often containers are looked at whose end nobody announces. */
const LOOK_INTERVAL_MS = 100;
const LOOK_TIME_MS = 1;
const UNMOUNT_TIMEOUT_MS = 10_000;

/** Starts containers through the spawner and finds those again that an earlier agent or spawner has started. */
export class ContainerRuntime {
  private nextId = 1;
  private readonly starting = new Map<number, Starting>();
  /** Children of the present spawner, by the id of their start. */
  private readonly announced = new Map<number, Container>();
  /** Whose parent is nobody we could hear from. */
  private readonly watched = new Set<Container>();
  private cancelLook: (() => void) | undefined;
  private spawner!: SpawnerProcess;

  private readonly finder: ProcessFinder;
  private readonly besides: Besides;
  private readonly places = freshPlaces();
  /** That are not known to be gone. */
  private readonly present = new Set<LaunchId>();
  private cgroups: Cgroups | undefined;

  private constructor(private readonly deps: RuntimeDeps) {
    this.finder = new ProcessFinder(deps.timers);
    this.besides = new Besides({ timers: deps.timers, send: (request) => this.spawner.send(request) });
  }

  static async start(deps: RuntimeDeps): Promise<ContainerRuntime> {
    const runtime = new ContainerRuntime(deps);
    runtime.spawner = await SpawnerProcess.start({
      path: deps.spawnerPath,
      markPath: deps.markPath,
      bootId: deps.bootId,
      environment: deps.environment,
      timers: deps.timers,
      log: deps.log,
      onAnswer: (answer) => runtime.answered(answer),
      onRestart: () => void runtime.spawnerRestarted(),
    });
    return runtime;
  }

  /** For tests of what happens when it dies. */
  get spawnerPid(): number | undefined {
    return this.spawner.pid;
  }

  /** From now on containers that come with limits get a control group. Undefined: no more. */
  useCgroups(cgroups: Cgroups | undefined): void {
    this.cgroups = cgroups;
  }

  get cgroupsVersion(): Cgroups['version'] | undefined {
    return this.cgroups?.version;
  }

  /** Starts a container; throws LaunchFault if it cannot be. A spawner that dies on the way delays it. */
  async launch(spec: ContainerSpec, logPath: string): Promise<Container> {
    // Known before its control group is there: whoever removes what is left over must not take that for it.
    this.present.add(spec.launchId);
    try {
      const cgroup = this.cgroupFor(spec);
      return await new Promise((resolve, reject) => this.request({ spec, logPath, ...(cgroup && { cgroup }), resolve, reject }));
    } catch (fault) {
      this.present.delete(spec.launchId);
      this.cgroups?.find(spec.launchId)?.remove();
      throw fault;
    }
  }

  /**
   * Runs a command beside that of a container: in its namespaces and control group, as the user that the request names. Its output goes to the
   * task's; one that is not over in time is killed.
   */
  async exec(container: Container, request: ExecRequest): Promise<ExecEnd> {
    const { isolation, launchId } = container;
    const origin = isolation === 'plain' ? 'plain' : 'outside';
    const variables = { ...baseEnvironment(this.deps.environment, { ...request, isolation }), ...variable(launchVariable(launchId)) };
    const end = await this.beside(container, execScript(request, container.joins.length, origin), variables, request.timeoutMs);
    if (end.kind !== 'exited') return end;
    if (end.hasRun) return { kind: 'exited', code: end.code };
    return { kind: 'failed', problem: `it could not be started in the container${end.complaint === '' ? '' : `: ${end.complaint}`}` };
  }

  /**
   * Takes a volume out of a container that goes on. Undefined: it is not mounted there any more. Otherwise what keeps it, such as a file of it
   * that is open.
   */
  async unmount(container: Container, mount: PlacedMount): Promise<string | undefined> {
    if (container.isolation === 'plain') return 'without namespaces a volume is a link, which no container can be kept from following';
    for (const point of await mountPoints(container, mount)) {
      const end = await this.beside(container, unmountScript(point), this.deps.environment, UNMOUNT_TIMEOUT_MS);
      if (end.kind === 'timed_out') return `unmounting it took longer than ${UNMOUNT_TIMEOUT_MS / 1000} s`;
      const problem = end.kind === 'failed' ? end.problem : end.code === 0 ? undefined : end.complaint || `umount ended with ${end.code}`;
      // The task may have moved the way to it meanwhile: what counts is whether it is there.
      if ((await mountPoints(container, mount)).length > 0) return problem ?? 'it is mounted in another place now';
    }
    return undefined;
  }

  /** Other limits for a container that runs; without effect where there are no control groups. Throws CgroupFault. */
  setLimits(container: Container, limits: ContainerLimits): void {
    if (this.cgroups?.find(container.launchId)) this.cgroups.create(container.launchId, limits);
  }

  /**
   * Removes the control groups of containers that are over, which an earlier agent had no time to remove; to be called once all that run have
   * been adopted. Groups with processes in them stay, and are told of.
   */
  removeLeftovers(): void {
    for (const launchId of this.cgroups?.launchIds() ?? []) {
      const cgroup = this.present.has(launchId) ? undefined : this.cgroups?.find(launchId);
      if (!cgroup || cgroup.remove()) continue;
      this.deps.log.warn({ launchId, pids: cgroup.members() }, 'a control group of no known task has processes in it, and is left alone');
    }
  }

  /** Lets a container with a gate go on, of which the file has been removed; without effect on one that has heard of that in another way. */
  release(container: Container): void {
    for (const [id, candidate] of this.announced) if (candidate === container) this.spawner.send({ kind: 'release', id });
  }

  /** Takes over a container that an earlier agent has started; it may be over already. Undefined: it never was, and never will be. */
  async adopt(launchId: LaunchId, isolation: Isolation, logPath: string): Promise<Container | undefined> {
    const { mark } = await readContainerLog(logPath);
    if (mark === undefined) return undefined;
    const container = this.containerOf({ launchId, isolation }, mark, logPath, this.cgroups?.find(launchId));
    this.watch(container);
    await container.look();
    return container;
  }

  /** Containers go on. */
  async stop(): Promise<void> {
    this.watched.clear();
    this.cancelLook?.();
    this.besides.stop();
    await this.spawner.stop();
    this.cgroups?.leave();
  }

  private cgroupFor({ launchId, limits }: ContainerSpec): Cgroup | undefined {
    if (!limits) return undefined;
    try {
      return this.cgroups?.create(launchId, limits);
    } catch (fault) {
      throw fault instanceof CgroupFault ? new LaunchFault(fault.message, { cause: fault }) : fault;
    }
  }

  private beside(
    container: Container,
    script: string,
    environment: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<BesideEnd> {
    const { entrance, isolation, joins } = container;
    if (entrance === undefined) return Promise.resolve({ kind: 'failed', problem: 'its container is not running' });
    const shell = ['/bin/sh', '-s'];
    const enter = ['nsenter', `--target=${entrance}`, '--mount', '--pid', '--ipc', '--', ...shell];
    const [program = '', ...args] = isolation === 'plain' ? shell : enter;
    return this.besides.run(
      { kind: 'start', id: this.nextId++, program, args, env: environment, script, opened: joins, isHeld: false },
      timeoutMs,
    );
  }

  private request(start: Starting): void {
    const id = this.nextId++;
    this.starting.set(id, start);
    const { spec, logPath, cgroup } = start;
    const opened = cgroup?.joins ?? [];
    const isReporting = spec.isolation === 'namespaces';
    const [program = '', ...args] = programOf(spec, { ...this.places, hidden: hiddenNow(this.deps.hidden) }, opened.length);
    const env = { ...baseEnvironment(this.deps.environment, spec), ...variable(launchVariable(spec.launchId)) };
    const script = containerScript(spec, opened.length);
    // If it is not there now, spawnerRestarted asks again.
    this.spawner.send({ kind: 'start', id, program, args, env, script, logPath, opened, isReporting, isHeld: spec.gate !== undefined });
  }

  private answered(answer: SpawnerAnswer): void {
    if (this.besides.answered(answer)) return;
    const start = this.starting.get(answer.id);
    const container = this.announced.get(answer.id);
    switch (answer.kind) {
      case 'started': {
        if (!start) return;
        this.starting.delete(answer.id);
        const { spec, logPath, cgroup } = start;
        const started = this.containerOf(spec, answer.mark, logPath, cgroup, spec);
        this.announced.set(answer.id, started);
        return start.resolve(started);
      }
      case 'failed':
        this.starting.delete(answer.id);
        return start?.reject(new LaunchFault(answer.problem));
      case 'ready':
        return container?.ready();
      case 'running':
        return container?.running();
      case 'exited':
        this.announced.delete(answer.id);
        return container?.exited(answer);
    }
  }

  /** Its children live on without a parent that would tell us of their ends; what it was about to start is started again if it was not. */
  private async spawnerRestarted(): Promise<void> {
    this.besides.spawnerGone();
    for (const container of this.announced.values()) this.watch(container);
    this.announced.clear();
    for (const [id, start] of [...this.starting]) {
      this.starting.delete(id);
      try {
        const adopted = await this.adopt(start.spec.launchId, start.spec.isolation, start.logPath);
        if (adopted) start.resolve(adopted);
        else this.request(start);
      } catch (fault) {
        start.reject(new LaunchFault(describeFault(fault)));
      }
    }
  }

  private containerOf(
    { launchId, isolation }: Pick<ContainerSpec, 'launchId' | 'isolation'>,
    mark: ProcessMark,
    logPath: string,
    cgroup?: Cgroup,
    spec?: ContainerSpec,
  ): Container {
    this.present.add(launchId);
    const container = new Container(mark, {
      launchId,
      isolation,
      logPath,
      ...(cgroup && { cgroup }),
      ...(spec && { explain: (complaint: string) => explainMount(spec, complaint) }),
      timers: this.deps.timers,
      find: (search) => this.finder.find(search),
    });
    const forget = () => this.present.delete(launchId);
    container.whenGone.then(forget, forget);
    return container;
  }

  private watch(container: Container): void {
    this.watched.add(container);
    const forget = () => this.watched.delete(container);
    container.whenGone.then(forget, forget);
    this.lookLater();
  }

  private lookLater(): void {
    if (this.cancelLook !== undefined || this.watched.size === 0) return;
    // For each one that is looked at there is time, however many there are.
    const afterMs = Math.max(LOOK_INTERVAL_MS, this.watched.size * LOOK_TIME_MS);
    this.cancelLook = this.deps.timers.after(afterMs, () => {
      const looks = [...this.watched].map((watched) => watched.look());
      void Promise.all(looks)
        .catch((fault: unknown) => this.deps.log.error({ err: fault }, 'a container cannot be looked at'))
        .then(() => {
          this.cancelLook = undefined;
          this.lookLater();
        });
    });
  }
}

/** The words that start a container's shell, which reads its script from its input. */
function programOf(spec: ContainerSpec, view: MachineView, joins: number): readonly string[] {
  const shell = ['/bin/sh', '-s', '--', spec.label];
  return spec.isolation === 'plain' ? shell : ['bwrap', ...bubblewrapArgs(spec, view, FIRST_JOIN_FD + joins, shell)];
}

/** bwrap speaks of directories. */
function explainMount({ mounts, sandbox }: ContainerSpec, complaint: string): string {
  const isOf = ({ source, containerPath }: ContainerSpec['mounts'][number]) =>
    [source, join(sandbox, containerPath)].some((path) => complaint.includes(`${path}:`) || complaint.endsWith(path));
  const mount = complaint.startsWith('bwrap: ') ? mounts.find(isOf) : undefined;
  return mount === undefined ? complaint : `volume ${mount.name} cannot be mounted at ${mount.containerPath}: ${complaint}`;
}

function variable(assignment: string): Readonly<Record<string, string>> {
  const at = assignment.indexOf('=');
  return { [assignment.slice(0, at)]: assignment.slice(at + 1) };
}
