#!/usr/bin/env node
// Adds to package-lock.json the optional platform packages that npm 11.16–12.0.2 leaves out when its registry does not
// serve them (npm/cli#9846); without these entries `npm ci` calls the lock out of sync. `--check` changes nothing and
// exits 1 if entries are missing.
import { readFileSync, writeFileSync } from 'node:fs';

if (process.argv.includes('--help')) {
  console.log(
    'Usage: node tools/setup/complete-lock.mjs [--check]\nCompletes package-lock.json with inert entries for optional packages that npm left out.',
  );
  process.exit(0);
}

const lockUrl = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockUrl, 'utf8'));

/** Where node would look for `name` when required from the package at `from`, nearest first. */
function* lookups(from, name) {
  for (let folder = from; ;) {
    yield `${folder ? `${folder}/` : ''}node_modules/${name}`;
    const at = folder.lastIndexOf('node_modules/');
    if (at < 0) return;
    folder = folder.slice(0, Math.max(0, at - 1));
  }
}

/** `@swc/core-darwin-arm64` → os and cpu, as far as its name tells; npm skips what does not fit the machine. */
function platformOf(name) {
  const os = ['darwin', 'win32', 'freebsd', 'openbsd', 'netbsd', 'android', 'aix', 'sunos', 'openharmony', 'linux'].find((word) =>
    name.includes(word),
  );
  const cpu = ['arm64', 'x64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'armv7', 'arm'].find((word) =>
    name.includes(word),
  );
  const libc = name.includes('musl') ? 'musl' : name.includes('gnu') ? 'glibc' : undefined;
  return { os: [os ?? 'none'], cpu: [cpu === 'armv7' ? 'arm' : (cpu ?? 'none')], ...(libc && os === 'linux' ? { libc: [libc] } : {}) };
}

const added = [];
for (const [folder, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if ([...lookups(folder, name)].some((path) => lock.packages[path])) continue;
    const path = `node_modules/${name}`;
    lock.packages[path] = { version: version.replace(/^[\^~]/, ''), ...platformOf(name), optional: true };
    added.push(name);
  }
}

if (added.length === 0) console.log('package-lock.json is complete');
else if (process.argv.includes('--check')) {
  console.error(`package-lock.json lacks ${added.length} optional packages (${added[0]}, …): run node tools/setup/complete-lock.mjs`);
  process.exitCode = 1;
} else {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(lockUrl, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: added ${added.length} optional packages that npm had left out`);
}
