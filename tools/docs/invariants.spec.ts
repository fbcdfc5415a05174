import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The short paths that the page declares. */
const ROOMS: readonly (readonly [short: string, folder: string])[] = [
  ['core/', 'libs/core/src/'],
  ['testing/', 'libs/testing/src/'],
  ...['master', 'agent', 'allocator'].map((app) => [`${app}/`, `apps/${app}/src/`] as const),
  ['registry/', 'apps/volume-registry/src/'],
];

interface Citation {
  readonly file: string;
  readonly test: string;
}

const TEST_FILE = /\.(spec|contract)\.ts$/;

/** Each name of a test in the page, with the file that was named last before it in the same paragraph. */
function citations(page: string): readonly Citation[] {
  const found: Citation[] = [];
  for (const paragraph of page.split(/\n(?=-|\n)/)) {
    let file: string | undefined;
    for (const [, long, short] of paragraph.matchAll(/``(.+?)``|`([^`]+)`/g)) {
      const text = long ?? short ?? '';
      if (TEST_FILE.test(text)) file = text;
      else if (file !== undefined && text.includes(' ')) found.push({ file, test: text });
    }
  }
  return found;
}

const testFiles = ['apps', 'libs', 'e2e']
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)))
  .filter((path) => TEST_FILE.test(path) && !path.includes('node_modules'));

/** The text of the files that a citation can mean: of that path, or of that name in whatever folder. */
function textOf(file: string): string {
  const room = ROOMS.find(([short]) => file.startsWith(short));
  const path = room ? file.replace(room[0], room[1]) : file;
  const meant = testFiles.filter((known) => known === path || (!file.includes('/') && basename(known) === file));
  return meant.map((known) => readFileSync(join(ROOT, known), 'utf8').replaceAll('\\', '')).join('\n');
}

describe('docs/invariants.md', () => {
  const cited = citations(readFileSync(join(ROOT, 'docs/invariants.md'), 'utf8'));

  it('names tests for every promise', () => {
    expect(cited.length).toBeGreaterThan(50);
  });

  it.each(cited.map(({ file, test }) => [file, test]))('%s has: %s', (file, test) => {
    const text = textOf(file);
    // What a test fills into its name is left out in the page.
    for (const part of test.split('…')) expect(text).toContain(part.trim());
  });
});
