import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * For tests, which run from the sources: the spawner as the build makes it, in a temporary directory. Node.js 20 does not run TypeScript, and
 * the spawner is a process of its own.
 */
export function compileSpawner(): { readonly path: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-spawner-'));
  const path = join(directory, 'spawner.cjs');
  buildSync({
    entryPoints: [resolve(__dirname, 'spawner.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    tsconfig: resolve(__dirname, '../../../../tsconfig.base.json'),
  });
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
