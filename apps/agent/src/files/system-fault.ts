import { getSystemErrorMap, types } from 'node:util';

/** The errno name of a system error, such as `ENOSPC`; undefined for anything else. */
export function faultCode(fault: unknown): string | undefined {
  return types.isNativeError(fault) && 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined;
}

/** A system error in words, with its place: `no space left on device (ENOSPC) at /var/lib/holdfast/meta/resources.target`. */
export function describeFault(fault: unknown): string {
  if (!types.isNativeError(fault)) return String(fault);
  const { errno, path } = fault as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  if (!known) return fault.message;
  const [name, words] = known;
  return `${words} (${name})${path === undefined ? '' : ` at ${path}`}`;
}
