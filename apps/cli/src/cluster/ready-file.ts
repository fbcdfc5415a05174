import { open, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';

/** What a cluster that serves says about itself (architecture section 4). */
export interface ReadyState {
  readonly master: { readonly grpc: string; readonly http: string };
  readonly allocator: { readonly grpc: string; readonly http: string };
  readonly volumeRegistry: { readonly grpc: string; readonly http: string };
  readonly agents: readonly { readonly id: string; readonly http: string; readonly workDir: string }[];
  readonly redis: string;
  readonly workDir: string;
  readonly pids: {
    readonly master: number;
    readonly allocator: number;
    readonly volumeRegistry: number;
    /** Absent when Redis is somebody else's. */
    readonly redis?: number;
    readonly agents: readonly number[];
  };
}

/** Replaces the file in one step: a reader sees the old state or the new one, never a part. */
export const writeReadyFile = (path: string, state: ReadyState): Promise<void> => replaceWithJson(path, state);

/** Likewise for any other value. */
export async function replaceWithJson(path: string, state: object): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(`${JSON.stringify(state)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Its presence means that the cluster serves, hence it goes before the cluster does. */
export const removeReadyFile = (path: string): Promise<void> => rm(path, { force: true });
