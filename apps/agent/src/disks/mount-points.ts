import { sep } from 'node:path';
import { faultCode } from '../files';
import { type Mount, readMountTable } from './mount-table';

/** Where something is mounted at or below a directory, as this process sees it; nothing where the system does not tell. */
export async function mountPointsWithin(directory: string): Promise<readonly string[]> {
  let table: readonly Mount[];
  try {
    table = await readMountTable('self');
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return [];
    throw fault;
  }
  return table.map(({ point }) => point).filter((point) => point === directory || point.startsWith(directory + sep));
}
