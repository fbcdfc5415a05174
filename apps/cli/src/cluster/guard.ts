import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Ends the cluster's processes when the supervisor cannot: it is told every pid on its standard input, and when that closes,
 * which the kernel does however the supervisor ended, it asks the processes that are left to stop and then makes them.
 * A shell script, since it must cost nothing while it waits, and run wherever a supervisor runs.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=''
while read -r verb pid; do
  case "$verb" in
    watch) pids="$pids $pid" ;;
    forget) rest=''; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
  esac
done
[ -n "$pids" ] || exit 0
for p in $pids; do kill -TERM "$p" 2>/dev/null; done
tries=0
while [ $tries -lt GRACE_TENTHS ]; do
  left=''
  for p in $pids; do if kill -0 "$p" 2>/dev/null; then left="$left $p"; fi; done
  [ -n "$left" ] || exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for p in $left; do kill -KILL "-$p" 2>/dev/null || kill -KILL "$p" 2>/dev/null; done
`;

export interface Guard {
  readonly pid: number | undefined;
  watch(pid: number): void;
  forget(pid: number): void;
  /** Ends it, without harm to what it still watches. */
  dismiss(): Promise<void>;
}

/** Starts the guard. `graceMs`: how long processes get between SIGTERM and SIGKILL. */
export function startGuard({ graceMs }: { readonly graceMs: number }): Guard {
  const watched = new Set<number>();
  const child: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT.replace('GRACE_TENTHS', String(Math.ceil(graceMs / 100)))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
  // Without a guard the cluster still runs and still stops in order; only a kill -9 of the supervisor would leave processes.
  child.stdin?.on('error', () => undefined);
  const tell = (verb: 'watch' | 'forget', pid: number) => child.stdin?.write(`${verb} ${pid}\n`);
  return {
    pid: child.pid,
    watch: (pid) => {
      watched.add(pid);
      tell('watch', pid);
    },
    forget: (pid) => {
      watched.delete(pid);
      tell('forget', pid);
    },
    dismiss: async () => {
      for (const pid of watched) tell('forget', pid);
      child.stdin?.end();
      await gone;
    },
  };
}
