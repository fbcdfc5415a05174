import { readlinkSync } from 'node:fs';
import { startRedis } from './start-redis';

/** Starts a server, says so in one line, and never stops it. */
async function forget(): Promise<void> {
  const { pid } = await startRedis();
  process.stdout.write(`${JSON.stringify({ pid, dir: readlinkSync(`/proc/${pid}/cwd`) })}\n`);
  setInterval(() => undefined, 1000);
}

void forget();
