import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { realWorld } from '@holdfast/platform/world';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { inheritedEnvironment } from '../config';
import { type Cgroups, CGROUP_MOUNTS, openCgroups } from './cgroups';
import { compileSpawner } from './compile-spawner.fixture';
import type { Container } from './container';
import type { ContainerEnd } from './container-log';
import { ContainerRuntime } from './container-runtime';
import type { ContainerMount, ContainerSpec, Isolation } from './container-spec';

export { eventually } from '@holdfast/testing/eventually';

export interface Launched {
  readonly spec: ContainerSpec;
  readonly logPath: string;
  readonly container: Container;
  /** Of the command, so far. */
  output(file?: string): Promise<string>;
}

export interface Ended extends Launched {
  readonly end: ContainerEnd;
  readonly stdout: string;
  readonly stderr: string;
}

type What = Partial<ContainerSpec> & Pick<ContainerSpec, 'command'>;

/** For tests: a runtime over a work directory of its own, hidden from containers as an agent's is. */
export interface ContainerBed {
  /** `work` below it is the hidden one; the rest belongs to the machine. */
  readonly root: string;
  readonly runtime: ContainerRuntime;
  readonly log: RecordedLog;
  /** Instead of the present one, which is stopped. */
  readonly restart: () => Promise<ContainerRuntime>;
  readonly volume: (name: string, more?: Partial<ContainerMount>) => Promise<ContainerMount>;
  readonly launch: (what: What) => Promise<Launched>;
  readonly run: (what: What) => Promise<Ended>;
}

/** The control groups of this machine, below a root of the test's own; `bed.runtime` has them in each test. */
export function useCgroups(bed: ContainerBed): { readonly get: () => Cgroups } {
  let cgroups: Cgroups;
  const open = () => {
    const opened = openCgroups(CGROUP_MOUNTS, `holdfast-test-${process.pid}/${basename(bed.root)}`, 'trial');
    if (typeof opened === 'string') throw new Error(opened);
    return opened;
  };
  beforeEach(() => bed.runtime.useCgroups((cgroups = open())));
  afterEach(() => cgroups.leave());
  return { get: () => cgroups };
}

export function useContainers(hidden: (root: string) => readonly string[] = () => [], environment = inheritedEnvironment()): ContainerBed {
  const spawner = compileSpawner();
  afterAll(() => spawner.remove());
  let launches = 0;
  const bed = {} as { -readonly [K in keyof ContainerBed]: ContainerBed[K] };
  const start = () =>
    ContainerRuntime.start({
      spawnerPath: spawner.path,
      markPath: join(bed.root, 'spawner'),
      bootId: 'boot',
      environment,
      hidden: [join(bed.root, 'work'), ...hidden(bed.root)],
      timers: realWorld(),
      log: bed.log,
    });
  beforeEach(async () => {
    bed.root = await mkdtemp(join(tmpdir(), 'holdfast-containers-'));
    await mkdir(join(bed.root, 'work', 'meta'), { recursive: true });
    bed.log = recordedLog();
    bed.runtime = await start();
  });
  afterEach(async () => {
    await bed.runtime.stop();
    await rm(bed.root, { recursive: true, force: true });
  });
  bed.restart = async () => {
    await bed.runtime.stop();
    return (bed.runtime = await start());
  };
  bed.volume = async (name, more) => {
    const source = join(bed.root, 'work/volumes', name);
    await mkdir(source, { recursive: true });
    return { name: `eng/${name}`, source, containerPath: name, mode: 'RW', ...more };
  };
  bed.launch = async (what) => {
    const launchId = `bed-${process.pid}-${++launches}`;
    const sandbox = join(bed.root, 'work/sandboxes', launchId);
    const logPath = join(bed.root, 'work/meta', `${launchId}.log`);
    await mkdir(sandbox, { recursive: true });
    const isolation: Isolation = what.isolation ?? 'namespaces';
    for (const { containerPath } of isolation === 'namespaces' ? (what.mounts ?? []) : []) {
      await mkdir(join(sandbox, containerPath), { recursive: true });
    }
    const spec: ContainerSpec = { launchId, label: launchId, isolation, sandbox, mounts: [], environment: [], ...what };
    const container = await bed.runtime.launch(spec, logPath);
    return { spec, logPath, container, output: (file = 'stdout') => readFile(join(sandbox, file), 'utf8') };
  };
  bed.run = async (what) => {
    const launched = await bed.launch(what);
    const end = await launched.container.whenGone;
    const text = (file: string) => launched.output(file).catch(() => '');
    return { ...launched, end, stdout: await text('stdout'), stderr: await text('stderr') };
  };
  return bed;
}
