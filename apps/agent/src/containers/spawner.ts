/**
 * A process of its own, small and without connections, that starts containers for the agent and tells it of their ends. When the agent is
 * gone, it goes, and the containers stay.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { describeFault } from '../files';
import { markOf } from '../processes';
import { markLine } from './container-log';
import type { SpawnerAnswer, StartRequest } from './spawner-messages';

function start(request: StartRequest): void {
  let log: number | undefined;
  try {
    log = openSync(request.logPath, 'a', 0o600);
    startWithLog(request, log);
  } catch (fault) {
    answer({ kind: 'failed', id: request.id, problem: describeFault(fault) });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function startWithLog({ id, program, args, env, script }: StartRequest, log: number): void {
  // Detached: a session of its own, out of reach of what the terminal sends to ours.
  const child = spawn(program, args, { cwd: '/', detached: true, env, stdio: ['pipe', log, log, 'pipe'] });
  child.once('error', (fault) => answer({ kind: 'failed', id, problem: describeFault(fault) }));
  if (child.pid === undefined) return;
  const input = child.stdin as Writable;
  const notes = child.stdio[3] as Readable;
  // The container may end before it has read everything or said anything; its exit says more than these errors.
  input.on('error', () => undefined);
  notes.on('error', () => undefined);
  const mark = markOf(child.pid) ?? { pid: child.pid, startTicks: 0 };
  try {
    writeSync(log, markLine(mark));
  } catch (fault) {
    // Without its script the container ends by itself, and only then nothing of it is left.
    child.once('exit', () => answer({ kind: 'failed', id, problem: describeFault(fault) }));
    input.end();
    return;
  }
  notes.once('data', () => {
    answer({ kind: 'running', id });
    notes.destroy();
  });
  child.once('exit', (code, signal) => answer({ kind: 'exited', id, code, signal }));
  answer({ kind: 'started', id, mark });
  input.end(script);
}

function answer(message: SpawnerAnswer): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

process.on('message', (request: StartRequest) => start(request));
process.once('disconnect', () => process.exit(0));
// Ctrl-C and the like are the agent's to handle; it ends us by closing the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
