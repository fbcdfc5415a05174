import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = resolve(__dirname, '../../../..');
/** Where node finds the packages, which stay outside the bundle as they do in `dist`. */
export const NODE_PATH = join(ROOT, 'node_modules');

let folder: string | undefined;

/** Turns a TypeScript file of the tree into one that plain node runs; the file is removed when this process ends. */
export function bundleScript(source: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'holdfast-scripts-'));
    folder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  const name = basename(source).replace(/\.ts$/, '');
  const outfile = join(folder, `${createHash('sha256').update(source).digest('hex').slice(0, 8)}-${name}.cjs`);
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: join(ROOT, 'tsconfig.json'),
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return outfile;
}
