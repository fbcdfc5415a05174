import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = resolve(__dirname, '../../../..');
const FOLDER = join(ROOT, 'dist/test-scripts');
/** Where node finds the packages, which stay outside the bundle as they do in `dist`. */
export const NODE_PATH = join(ROOT, 'node_modules');

/** Turns a TypeScript file of the tree into one that plain node runs; it is named after its source, so that a later run replaces it. */
export function bundleScript(source: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: join(ROOT, 'tsconfig.json'),
    sourcemap: 'inline',
    logLevel: 'error',
    write: false,
  });
  const name = `${createHash('sha256').update(source).digest('hex').slice(0, 8)}-${basename(source).replace(/\.ts$/, '')}.cjs`;
  const finished = join(FOLDER, name);
  const unfinished = `${finished}.${process.pid}`;
  mkdirSync(FOLDER, { recursive: true });
  for (const { contents } of outputFiles) writeFileSync(unfinished, contents);
  // Tests beside this one may be starting the same script.
  renameSync(unfinished, finished);
  return finished;
}
