/**
 * What is wrong with the place where a task wants to see a volume (architecture 11.4), to stand after its name. Relative paths are fine,
 * nested ones too; tasks have no root of their own, so an absolute one could only mean the host's.
 */
export function containerPathProblem(path: string): string | undefined {
  if (path === '') return 'may not be empty';
  if (path.includes('\0')) return 'may not contain a NUL character';
  if (path.startsWith('/')) return `must be relative to the sandbox, not absolute: '${path}'`;
  const dots = path.split('/').find((segment) => segment === '.' || segment === '..');
  return dots === undefined ? undefined : `may not have '${dots}' as a segment: '${path}'`;
}
