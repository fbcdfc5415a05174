import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerRuntime, LaunchFault } from './container-runtime';
import type { ContainerLimits, Isolation } from './container-spec';

/**
 * Whether this machine lets us run containers in this way, found out by doing it: with namespaces, a volume to write to and one read-only.
 * Undefined: it does. Otherwise why not.
 */
export async function trialProblem(
  runtime: ContainerRuntime,
  metaDirectory: string,
  isolation: Isolation,
  limits?: ContainerLimits,
): Promise<string | undefined> {
  const trial = await mkdtemp(join(metaDirectory, 'trial-'));
  try {
    const sandbox = join(trial, 'sandbox');
    for (const name of ['volume', 'sandbox', 'sandbox/rw', 'sandbox/ro']) await mkdir(join(trial, name));
    const mount = { name: 'trial', source: join(trial, 'volume') };
    const isMounting = isolation === 'namespaces';
    const container = await runtime.launch(
      {
        launchId: randomUUID(),
        label: 'trial',
        isolation,
        sandbox,
        mounts: isMounting
          ? [
              { ...mount, containerPath: 'rw', mode: 'RW' },
              { ...mount, containerPath: 'ro', mode: 'RO' },
            ]
          : [],
        command: {
          line: isMounting ? 'touch rw/file && test -e ro/file && ! touch ro/other && test -r /proc/self/stat' : 'exit 0',
        },
        environment: [],
        ...(limits && { limits }),
      },
      join(trial, 'log'),
    );
    const end = await container.whenGone;
    if (end.kind === 'exited') return end.code === 0 ? undefined : `a trial ended with status ${end.code}`;
    return end.kind === 'limited' ? 'a trial ran out of memory' : end.problem;
  } catch (fault) {
    if (!(fault instanceof LaunchFault)) throw fault;
    return fault.message;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
