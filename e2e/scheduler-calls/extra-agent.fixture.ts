import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist');

/** One more agent for a cluster, with settings of its own, as an operator would start it by hand. */
export async function startAgent(master: string, env: Readonly<Record<string, string>>): Promise<{ stop(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-agent-'));
  const child = spawn(process.execPath, ['-r', join(DIST, 'telemetry-preload.cjs'), join(DIST, 'apps/agent/main.cjs')], {
    env: {
      PATH: process.env['PATH'],
      HOLDFAST_AGENT_MASTER: master,
      HOLDFAST_AGENT_WORK_DIR: home,
      HOLDFAST_AGENT_HTTP_PORT: '0',
      HOLDFAST_AGENT_STOP_TASKS: 'true',
      HOLDFAST_AGENT_REGISTRATION_BACKOFF_MAX_MS: '2000',
      ...env,
    },
    stdio: 'ignore',
  });
  // A test run that ends early must leave no agent behind.
  const atExit = () => child.kill('SIGTERM');
  process.once('exit', atExit);
  const exited = once(child, 'exit');
  return {
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', atExit);
      await rm(home, { recursive: true, force: true });
    },
  };
}
