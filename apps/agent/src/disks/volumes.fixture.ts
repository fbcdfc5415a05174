import type { DiskSource, Resource } from '@holdfast/core/resources';
import { scalar } from '@holdfast/core/resources';

/** For tests: disk reserved to a role, as RESERVE makes it. */
export function reservedDisk(
  sizeMb: number,
  { role = 'eng', source }: { readonly role?: string; readonly source?: DiskSource } = {},
): Resource {
  return { ...scalar('disk', sizeMb), reservations: [{ type: 'dynamic', role }], ...(source && { disk: { source } }) };
}

/** For tests: a volume, as CREATE names it. */
export function volumeResource(
  id: string,
  sizeMb: number,
  more: {
    readonly role?: string;
    readonly source?: DiskSource;
    readonly shared?: boolean;
    readonly path?: string;
    readonly mode?: 'RW' | 'RO';
  } = {},
): Resource {
  const { role, source, shared = true, path = 'data', mode = 'RW' } = more;
  const disk = { persistence: { id, principal: 'ops' }, volume: { containerPath: path, mode }, ...(source && { source }) };
  return { ...reservedDisk(sizeMb, role === undefined ? {} : { role }), disk, shared };
}
