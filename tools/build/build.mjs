#!/usr/bin/env node
// Bundles our own code of each service and of the command line into dist/. Packages stay outside the bundles: OpenTelemetry
// can only instrument modules that are really required at run time (toolchain 1.3, pitfall 9).
import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const ENTRIES = {
  'apps/master/main': 'apps/master/src/main.ts',
  'apps/allocator/main': 'apps/allocator/src/main.ts',
  'apps/volume-registry/main': 'apps/volume-registry/src/main.ts',
  'apps/agent/main': 'apps/agent/src/main.ts',
  'apps/agent/spawner': 'apps/agent/src/containers/spawner.ts',
  'apps/cli/main': 'apps/cli/src/main.ts',
  'telemetry-preload': 'libs/platform/src/telemetry/preload.ts',
  'tools/bench': 'tools/bench/main.ts',
  'tools/chaos': 'tools/chaos/main.ts',
};

/** Files that are read beside the bundle at run time. */
const FOLDERS = {
  'apps/volume-registry/scripts': 'apps/volume-registry/src/ledger/scripts',
  'tools/scripts': 'apps/volume-registry/src/ledger/scripts',
};

if (process.argv.includes('--help')) {
  console.log('Usage: node tools/build/build.mjs [--out DIR]\nBundles the services and the command line into dist/, or into DIR.');
  process.exit(0);
}

const outAt = process.argv.indexOf('--out');
const out = outAt === -1 ? join(root, 'dist') : resolve(process.argv[outAt + 1] ?? '');
const startedMs = Date.now();
const present = Object.entries(ENTRIES).filter(([, source]) => existsSync(join(root, source)));
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(present),
  outdir: out,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
  tsconfig: 'tsconfig.json',
});
for (const [to, from] of Object.entries(FOLDERS)) {
  if (!existsSync(join(root, from))) continue;
  rmSync(join(out, to), { recursive: true, force: true });
  cpSync(join(root, from), join(out, to), { recursive: true, filter: (file) => !file.endsWith('.ts') });
}
console.log(`built ${present.length} bundles in ${Date.now() - startedMs} ms`);
