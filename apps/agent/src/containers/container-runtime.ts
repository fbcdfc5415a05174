import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LaunchId, Timers } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import { describeFault } from '../files';
import { ProcessFinder, type ProcessMark } from '../processes';
import { Container, launchVariable } from './container';
import { readContainerLog } from './container-log';
import { containerScript } from './container-script';
import type { ContainerSpec, Isolation } from './container-spec';
import { baseEnvironment } from './environment';
import { SpawnerProcess } from './spawner-process';
import type { SpawnerAnswer } from './spawner-messages';

export interface RuntimeDeps {
  readonly spawnerPath: string;
  /** `meta/spawner` */
  readonly markPath: string;
  readonly bootId: string;
  /** What of the agent's environment tasks get, too. */
  readonly environment: Readonly<Record<string, string>>;
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
  readonly resolve: (container: Container) => void;
  readonly reject: (fault: Error) => void;
}

/** How often containers are looked at whose end nobody announces. */
const LOOK_INTERVAL_MS = 100;
const LOOK_TIME_MS = 1;

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

  private constructor(private readonly deps: RuntimeDeps) {
    this.finder = new ProcessFinder(deps.timers);
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

  /** Starts a container; throws LaunchFault if it cannot be. A spawner that dies on the way delays it. */
  launch(spec: ContainerSpec, logPath: string): Promise<Container> {
    return new Promise((resolve, reject) => this.request({ spec, logPath, resolve, reject }));
  }

  /** Lets a container with a gate go on, of which the file has been removed; without effect on one that has heard of that in another way. */
  release(container: Container): void {
    for (const [id, candidate] of this.announced) if (candidate === container) this.spawner.send({ kind: 'release', id });
  }

  /** Takes over a container that an earlier agent has started; it may be over already. Undefined: it never was, and never will be. */
  async adopt(launchId: LaunchId, isolation: Isolation, logPath: string): Promise<Container | undefined> {
    const { mark } = await readContainerLog(logPath);
    if (mark === undefined) return undefined;
    const container = this.containerOf(launchId, isolation, mark, logPath);
    this.watch(container);
    await container.look();
    return container;
  }

  /** Containers go on. */
  async stop(): Promise<void> {
    this.watched.clear();
    this.cancelLook?.();
    await this.spawner.stop();
  }

  private request(start: Starting): void {
    const id = this.nextId++;
    this.starting.set(id, start);
    const { spec, logPath } = start;
    const { program, args } = programOf(spec);
    const env = { ...baseEnvironment(this.deps.environment, spec), ...variable(launchVariable(spec.launchId)) };
    // If it is not there now, spawnerRestarted asks again.
    this.spawner.send({ kind: 'start', id, program, args, env, script: containerScript(spec), logPath, isHeld: spec.gate !== undefined });
  }

  private answered(answer: SpawnerAnswer): void {
    const start = this.starting.get(answer.id);
    const container = this.announced.get(answer.id);
    switch (answer.kind) {
      case 'started': {
        if (!start) return;
        this.starting.delete(answer.id);
        const started = this.containerOf(start.spec.launchId, start.spec.isolation, answer.mark, start.logPath);
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

  private containerOf(launchId: LaunchId, isolation: Isolation, mark: ProcessMark, logPath: string): Container {
    return new Container(mark, { launchId, isolation, logPath, timers: this.deps.timers, find: (search) => this.finder.find(search) });
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

function programOf({ isolation, label }: ContainerSpec): { readonly program: string; readonly args: readonly string[] } {
  const shell = ['/bin/sh', '-s', '--', label];
  if (isolation === 'plain') return { program: shell[0]!, args: shell.slice(1) };
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return { program: 'unshare', args: [...namespaces, ...shell] };
}

function variable(assignment: string): Readonly<Record<string, string>> {
  const at = assignment.indexOf('=');
  return { [assignment.slice(0, at)]: assignment.slice(at + 1) };
}

/**
 * Whether this machine lets us give containers namespaces of their own, found out by doing it: a volume to write to and one read-only.
 * Undefined: it does. Otherwise why not.
 */
export async function namespacesProblem(runtime: ContainerRuntime, metaDirectory: string): Promise<string | undefined> {
  const trial = await mkdtemp(join(metaDirectory, 'trial-'));
  try {
    const sandbox = join(trial, 'sandbox');
    for (const name of ['volume', 'sandbox', 'sandbox/rw', 'sandbox/ro']) await mkdir(join(trial, name));
    const mount = { name: 'trial', source: join(trial, 'volume'), isGivenToUser: false };
    const container = await runtime.launch(
      {
        launchId: randomUUID(),
        label: 'trial',
        isolation: 'namespaces',
        sandbox,
        mounts: [
          { ...mount, containerPath: 'rw', mode: 'RW' },
          { ...mount, containerPath: 'ro', mode: 'RO' },
        ],
        command: { line: 'touch rw/file && test -e ro/file && ! touch ro/other && test -r /proc/self/stat' },
        environment: [],
      },
      join(trial, 'log'),
    );
    const end = await container.whenGone;
    if (end.kind === 'exited') return end.code === 0 ? undefined : `a trial ended with status ${end.code}`;
    return end.problem;
  } catch (fault) {
    if (!(fault instanceof LaunchFault)) throw fault;
    return fault.message;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
