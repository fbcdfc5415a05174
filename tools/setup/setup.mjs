#!/usr/bin/env node
// Brings a fresh clone to the point where everything runs: packages, generated code, bundles, a Redis server.
// Needs nothing but Node.js; does only what is lacking, and says so.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const LOWEST_NODE = 20;
const REDIS_HINT = 'sudo apt-get install -y redis-server    (macOS: brew install redis)';

if (process.argv.includes('--help')) {
  console.log(
    'Usage: node tools/setup/setup.mjs\nInstalls packages, generates code, bundles, and finds or installs a Redis server; skips what is there.',
  );
  process.exit(0);
}

function stop(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

function run(command, args, why) {
  console.log(`setup: ${why}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error || status !== 0) stop(`"${command} ${args.join(' ')}" failed${error ? `: ${error.message}` : ` with exit code ${status}`}`);
}

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const mark = join(root, 'node_modules/.holdfast-installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'installing Node packages (about half a minute) …');
  writeFileSync(mark, lock);
}

const onPath = (program) => (process.env.PATH ?? '').split(':').some((folder) => folder && existsSync(join(folder, program)));

function findRedis() {
  if (process.env.HOLDFAST_REDIS_URL || onPath('redis-server')) return;
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get');
  if (!mayInstall)
    stop(`there is no redis-server on the PATH. Install one, or point HOLDFAST_REDIS_URL at a running one:\n  ${REDIS_HINT}`);
  run('apt-get', ['update', '-qq'], 'no redis-server found; installing it with apt-get …');
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], 'apt-get install redis-server');
}

if (Number(process.versions.node.split('.')[0]) < LOWEST_NODE) stop(`needs Node.js ${LOWEST_NODE} or later, this is ${process.version}`);
installPackages();
findRedis();
await import('../codegen/generate.mjs');
await import('../build/build.mjs');
