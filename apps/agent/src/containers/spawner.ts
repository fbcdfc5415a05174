/**
 * A process of its own, small and without connections, that starts containers for the agent and tells it of their ends. When the agent is
 * gone, it goes, and the containers stay.
 */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { describeFault } from '../files';
import { closeInherited, findProcesses, markOf, sendSignal } from '../processes';
import { markLine } from './container-log';
import type { SpawnerAnswer, SpawnerRequest, StartRequest } from './spawner-messages';

/** Of containers that wait for their release. */
const held = new Map<number, Writable>();

function start(request: StartRequest): void {
  const descriptors: number[] = [];
  const open = (path: string, flags: string | number): number => {
    const fd = openSync(path, flags, 0o600);
    descriptors.push(fd);
    return fd;
  };
  try {
    const opened = request.opened.map((path) => open(path, constants.O_WRONLY));
    if (request.logPath === undefined) startBeside(request, opened);
    else startWithLog(request, opened, open(request.logPath, 'a'));
  } catch (fault) {
    answer({ kind: 'failed', id: request.id, problem: describeFault(fault) });
  } finally {
    for (const fd of descriptors) closeSync(fd);
  }
}

/** Detached: a session of its own, out of reach of what the terminal sends to ours. */
const spawnDetached = ({ program, args, env }: StartRequest, output: StdioOptions): ChildProcess =>
  spawn(program, args, { cwd: '/', detached: true, env, stdio: output });

function startWithLog(request: StartRequest, opened: readonly number[], log: number): void {
  const { id, script, isHeld } = request;
  const child = spawnDetached(request, ['pipe', log, log, 'pipe', ...opened, ...(request.isReporting ? [log] : [])]);
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
    // Without its script the container ends by itself, but for what bwrap may leave that could not begin.
    child.once('exit', () => failedOnceGone(id, mark.pid, describeFault(fault)));
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

/** Ends what is left of a session, and says so only when nothing is; a process that hangs in the system may take long to die. */
function failedOnceGone(id: number, session: number, problem: string, waitMs = FIRST_WAIT_MS): void {
  const left = findProcesses({ session });
  if (left.length === 0) return answer({ kind: 'failed', id, problem });
  for (const pid of left) sendSignal(pid, 'SIGKILL');
  setTimeout(() => failedOnceGone(id, session, problem, Math.min(waitMs * 2, LONGEST_WAIT_MS)), waitMs);
}

const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 1_000;

/** For what goes with a container that is there: nobody would look for it after a crash, its container has it. */
function startBeside(request: StartRequest, opened: readonly number[]): void {
  const { id } = request;
  const child = spawnDetached(request, ['pipe', 'ignore', 'pipe', 'pipe', ...opened]);
  child.once('error', (fault) => answer({ kind: 'failed', id, problem: describeFault(fault) }));
  if (child.pid === undefined) return;
  const { stdin: input, stderr: complaints } = child as ChildProcess & { readonly stdin: Writable; readonly stderr: Readable };
  const notes = child.stdio[3] as Readable;
  for (const stream of [input, complaints, notes]) stream.on('error', () => undefined);
  let complaint = '';
  complaints.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS)));
  hear(notes, id);
  // Not at its exit: what it has complained of may still be on its way.
  child.once('close', (code, signal) => answer({ kind: 'exited', id, code, signal, complaint: complaint.trim() }));
  answer({ kind: 'started', id, mark: markOf(child.pid) ?? { pid: child.pid, startTicks: 0 } });
  input.end(request.script);
}

const COMPLAINT_CHARACTERS = 1000;

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

closeInherited();
process.on('message', (request: SpawnerRequest) => (request.kind === 'start' ? start(request) : release(request.id)));
process.once('disconnect', () => process.exit(0));
// Ctrl-C and the like are the agent's to handle; it ends us by closing the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
