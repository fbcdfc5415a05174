#!/usr/bin/env node
// Brings a fresh clone to the point where everything runs: packages, generated code, bundles, a Redis server, bubblewrap.
// Needs nothing but Node.js; does only what is lacking, and says so.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const LOWEST_NODE = 20;
const inGoPath = (folder) => () => existsSync(join('/usr/share/gocode/src', folder));
const program = (name) => () => onPath(name);
const EXAMPLE_TOOLS = [
  { debian: 'python3-grpcio', there: () => spawnSync('/usr/bin/python3', ['-c', 'import grpc, google.protobuf']).status === 0 },
  { debian: 'protobuf-compiler', there: program('protoc') },
  { debian: 'protobuf-compiler-grpc', there: program('grpc_python_plugin') },
  { debian: 'golang-go', there: program('go') },
  { debian: 'protoc-gen-go', there: program('protoc-gen-go') },
  { debian: 'protoc-gen-go-grpc', there: program('protoc-gen-go-grpc') },
  { debian: 'golang-google-grpc-dev', there: inGoPath('google.golang.org/grpc') },
  { debian: 'golang-google-protobuf-dev', there: inGoPath('google.golang.org/protobuf') },
  { debian: 'golang-github-golang-protobuf-1-5-dev', there: inGoPath('github.com/golang/protobuf') },
];
const REDIS_HINT = 'sudo apt-get install -y redis-server    (macOS: brew install redis)';

if (process.argv.includes('--help')) {
  console.log(
    'Usage: node tools/setup/setup.mjs [--with-examples]\nInstalls packages, generates code, bundles, and finds or installs a Redis server and bubblewrap; skips what is there.\n--with-examples  also what the examples in Python and Go need',
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
  install(
    ['redis-server'],
    `there is no redis-server on the PATH. Install one, or point HOLDFAST_REDIS_URL at a running one:\n  ${REDIS_HINT}`,
  );
}

/** What gives tasks mounts and processes of their own; without it they run in plain mode, which is all there is outside of Linux. */
function findBubblewrap() {
  if (process.platform !== 'linux' || onPath('bwrap')) return;
  const hint = 'sudo apt-get install -y bubblewrap';
  if (mayInstall()) return install(['bubblewrap'], hint);
  console.warn(`setup: there is no bwrap on the PATH: tasks run without isolation, and tests of isolation fail. To have it:\n  ${hint}`);
}

/** What the examples in other languages are compiled and run with; only their tests need it. */
function findExampleLanguages() {
  const missing = EXAMPLE_TOOLS.filter(({ there }) => !there()).map(({ debian }) => debian);
  if (missing.length === 0) return;
  install(missing, `the tests of the examples in Python and Go need more:\n  sudo apt-get install -y ${missing.join(' ')}`);
}

const mayInstall = () => process.getuid?.() === 0 && onPath('apt-get');

function install(packages, otherwise) {
  if (!mayInstall()) stop(otherwise);
  run('apt-get', ['update', '-qq'], `installing ${packages.join(', ')} with apt-get …`);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], `apt-get install ${packages.join(' ')}`);
}

if (Number(process.versions.node.split('.')[0]) < LOWEST_NODE) stop(`needs Node.js ${LOWEST_NODE} or later, this is ${process.version}`);
installPackages();
findRedis();
findBubblewrap();
if (process.argv.includes('--with-examples')) findExampleLanguages();
await import('../codegen/generate.mjs');
await import('../build/build.mjs');
