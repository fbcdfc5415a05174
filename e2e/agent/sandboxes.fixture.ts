import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TaskId } from '@holdfast/core/base';
import type { Scheduler } from '@holdfast/scheduler-sdk';
import { eventually } from '@holdfast/testing/eventually';
import type { Stage } from '../scheduler-calls/stage.fixture';

const CLI = resolve(__dirname, '../../dist/apps/cli/main.cjs');

/** Where the only launch of a task works, on the first agent. */
export function sandboxOf(stage: Stage, { frameworkId }: Scheduler, taskId: TaskId): string {
  const launches = join(stage.cluster.ready.agents[0]?.workDir ?? '', 'sandboxes', frameworkId, taskId);
  const [launchId, ...others] = readdirSync(launches);
  if (launchId === undefined || others.length > 0)
    throw new Error(`${launches} has ${others.length + (launchId ? 1 : 0)} launches, not one`);
  return join(launches, launchId);
}

/** What a task has printed. */
export const outputOf = (stage: Stage, scheduler: Scheduler, taskId: TaskId): string =>
  readFileSync(join(sandboxOf(stage, scheduler, taskId), 'stdout'), 'utf8');

/** Resolves once what a task has printed holds. */
export const untilPrinted = (stage: Stage, scheduler: Scheduler, taskId: TaskId, holds: (text: string) => boolean): Promise<void> =>
  eventually(() => holds(outputOf(stage, scheduler, taskId)));

/** `holdfast verify` as an operator types it: its exit code, and what it printed. */
export async function verify(stage: Stage): Promise<{ readonly code: number; readonly text: string }> {
  const args = [CLI, 'verify', '--master', stage.cluster.ready.master.grpc];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    return { code: 0, text: stdout + stderr };
  } catch (fault) {
    const { code, stdout, stderr } = fault as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}
