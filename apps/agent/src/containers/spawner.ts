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
import type { SpawnerAnswer, SpawnerRequest, StartRequest } from './spawner-messages';

/** Of containers that wait for their release. */
const held = new Map<number, Writable>();

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

function startWithLog({ id, program, args, env, script, isHeld }: StartRequest, log: number): void {
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
  hear(notes, id);
  child.once('exit', (code, signal) => {
    held.delete(id);
    answer({ kind: 'exited', id, code, signal });
  });
  answer({ kind: 'started', id, mark });
  if (!isHeld) return void input.end(script);
  held.set(id, input);
  input.write(script);
}

/** Each word is said once. */
function hear(notes: Readable, id: number): void {
  let heard = '';
  notes.setEncoding('latin1').on('data', (text: string) => {
    const before = heard;
    heard += text;
    const isNew = (word: string) => heard.includes(word) && !before.includes(word);
    if (isNew('ready')) answer({ kind: 'ready', id });
    if (!isNew('running')) return;
    answer({ kind: 'running', id });
    notes.destroy();
  });
}

function release(id: number): void {
  held.get(id)?.end('go\n');
  held.delete(id);
}

function answer(message: SpawnerAnswer): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

process.on('message', (request: SpawnerRequest) => (request.kind === 'start' ? start(request) : release(request.id)));
process.once('disconnect', () => process.exit(0));
// Ctrl-C and the like are the agent's to handle; it ends us by closing the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
