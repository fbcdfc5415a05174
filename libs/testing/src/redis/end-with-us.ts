import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Sees to it that a process and its folder do not outlive this one, however it ends: a shell holds the other end of a pipe, and the
 * kernel closes ours. (`process.on('exit')` hears neither SIGKILL nor, inside jest, the end of the process.)
 * The returned function lets them live.
 */
export function endWithUs(pid: number | undefined, folder: string): () => void {
  const guard = spawn('sh', ['-c', 'read _; [ -n "$1" ] && kill -9 "$1" 2>/dev/null; rm -rf "$2"', 'sh', String(pid ?? ''), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C in the terminal is meant for us; the guard acts when we are gone.
    detached: true,
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  return () => guard.kill('SIGKILL');
}
