import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSecret } from '@holdfast/platform/credentials';

/** A folder for the files of an operator, and what is written in them. */
export class AccessFiles {
  private constructor(private readonly home: string) {}

  static async open(): Promise<AccessFiles> {
    return new AccessFiles(await mkdtemp(join(tmpdir(), 'holdfast-access-')));
  }

  /** Principal → secret; resolves with the path. */
  async credentials(secrets: Readonly<Record<string, string>>): Promise<string> {
    const entries = Object.entries(secrets).map(async ([principal, secret]) => ({ principal, secret_hash: await hashSecret(secret) }));
    return this.write('credentials.json', { credentials: await Promise.all(entries) });
  }

  async write(name: string, content: unknown, mode = 0o600): Promise<string> {
    const path = join(this.home, name);
    await writeFile(path, JSON.stringify(content), { mode });
    return path;
  }

  close(): Promise<void> {
    return rm(this.home, { recursive: true });
  }
}
