import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { FailpointName } from '@holdfast/platform/failpoints';
import { dependencies } from '../../../../package.json';
import { FakeMaster } from '../fake-master.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';

const root = resolve(__dirname, '../../../..');

export interface KilledAgents {
  readonly directory: () => string;
  readonly master: () => FakeMaster;
  /** Starts an agent over the work directory, in the place of one that is gone. */
  start(): ChildProcess;
  /** It dies, as by kill -9, when it gets there next. */
  arm(failpoint: FailpointName): void;
}

/** For tests: the agent as a process of its own, which can be made to die at a failpoint. */
export function useKilledAgents(): KilledAgents {
  const running: ChildProcess[] = [];
  let master: FakeMaster;
  afterEach(async () => {
    for (const child of running.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    await master.stop();
  });
  const directory = useTempDirectory();
  const failpoints = () => join(directory(), 'failpoints');

  beforeEach(async () => {
    master = await FakeMaster.start();
    mkdirSync(failpoints());
    buildSync({
      entryPoints: { main: join(__dirname, '../main.ts'), spawner: join(__dirname, '../containers/spawner.ts') },
      outdir: join(directory(), 'dist'),
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: Object.keys(dependencies)
        .flatMap((name) => [name, `${name}/*`])
        .concat('@opentelemetry/*'),
      tsconfig: join(root, 'tsconfig.base.json'),
      logLevel: 'error',
    });
  });

  return {
    directory,
    master: () => master,
    start() {
      const child = spawn(process.execPath, [join(directory(), 'dist/main.cjs')], {
        env: {
          PATH: process.env['PATH'],
          NODE_PATH: join(root, 'node_modules'),
          HOLDFAST_FAILPOINTS: failpoints(),
          HOLDFAST_AGENT_MASTER: master.address,
          HOLDFAST_AGENT_WORK_DIR: join(directory(), 'work'),
          HOLDFAST_AGENT_RESOURCES: 'cpus:4;mem:512;disk:500',
          HOLDFAST_AGENT_HTTP_PORT: '0',
          HOLDFAST_AGENT_REGISTRATION_BACKOFF_MS: '20',
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      running.push(child);
      return child;
    },
    arm: (failpoint) => writeFileSync(join(failpoints(), failpoint), ''),
  };
}
