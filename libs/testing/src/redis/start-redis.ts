import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { endWithUs } from './end-with-us';
import { freePort } from './free-port';

export interface TestRedisOptions {
  /** Keep an append-only file, written through on every change, so that `kill` and `restart` lose nothing. */
  readonly appendonly?: boolean;
  /** When it is written through; `always` if not given. */
  readonly appendfsync?: 'always' | 'everysec';
}

/** A real redis-server of its own, on a free port of the loopback interface. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** SIGKILL, as a crash; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts again on the same port and files, after `kill` or while it runs. */
  restart(): Promise<void>;
  /** SIGSTOP: the connections stay, nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/** Resolves when the server takes connections. Ends with this process, whatever happens. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await freePort();
    try {
      return new RunningRedis(port, dir, options, await startServer(port, dir, options));
    } catch (error) {
      // Somebody else may have taken the port in between.
      failure = error;
    }
  }
  await rm(dir, { recursive: true, force: true });
  throw failure;
}

class RunningRedis implements TestRedis {
  readonly url: string;
  private release: () => void;

  constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly options: TestRedisOptions,
    private child: ChildProcess,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
    this.release = endWithUs(this.pid, dir);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
    // Its number may be given to another process.
    this.guard(undefined);
  }

  async restart(): Promise<void> {
    await this.kill();
    this.child = await startServer(this.port, this.dir, this.options);
    this.guard(this.pid);
  }

  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    this.release();
    await rm(this.dir, { recursive: true, force: true });
  }

  private guard(pid: number | undefined): void {
    const release = this.release;
    this.release = endWithUs(pid, this.dir);
    release();
  }
}

async function startServer(
  port: number,
  dir: string,
  { appendonly = false, appendfsync = 'always' }: TestRedisOptions,
): Promise<ChildProcess> {
  const settings = {
    port,
    dir,
    bind: '127.0.0.1',
    save: '',
    appendonly: appendonly ? 'yes' : 'no',
    appendfsync,
    daemonize: 'no',
  };
  const child = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      child.kill('SIGKILL');
      reject(new Error(`redis-server on port ${port}: ${reason}\n${output}`));
    };
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (output === READY) return;
      output += text;
      if (!output.includes(READY)) return;
      output = READY;
      child.removeAllListeners('exit');
      // A server that a failed test has forgotten must not keep its runner alive.
      child.unref();
      (child.stdout as Socket).unref();
      resolve(child);
    });
  });
}

const READY = 'Ready to accept connections';
