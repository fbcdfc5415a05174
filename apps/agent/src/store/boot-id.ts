import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Names the present run of the operating system: another one means that no process of before is left (D-078). */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return bootTimeAsId();
  }
}

/** Where the kernel gives no id, the instant of the boot serves as one. */
function bootTimeAsId(): string {
  let bootTime: string;
  try {
    bootTime = execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' });
  } catch {
    // To the minute, since uptime and clock are not read in the same instant.
    bootTime = String(Math.round((Date.now() / 1000 - uptime()) / 60));
  }
  return createHash('sha256').update(bootTime).digest('hex').slice(0, 32);
}
