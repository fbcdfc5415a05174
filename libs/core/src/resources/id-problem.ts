/** The longest file name of the usual file systems; an id may name a directory. */
const ID_BYTES_AT_MOST = 255;

/** What is wrong with an id that a caller chose, to stand after its name: `may not be empty`. */
export function idProblem(id: string): string | undefined {
  if (id === '') return 'may not be empty';
  const bytes = new TextEncoder().encode(id).length;
  if (bytes > ID_BYTES_AT_MOST) return `may have at most ${ID_BYTES_AT_MOST} bytes, not ${bytes}`;
  if (id === '.' || id === '..') return `may not be '${id}'`;
  if (/[/\\]/.test(id)) return `may not contain '/' or '\\': '${id}'`;
  if (/\p{Cc}/u.test(id)) return `may not contain control characters: ${JSON.stringify(id)}`;
  return undefined;
}
