import { parseAcls, type Acls } from '@holdfast/core/authorization';
import { readOperatorFile, type OperatorFile } from './operator-file';

/** Throws OperatorFileFault if the file cannot be read or is wrong. */
export const readAclsFile = (path: string): Promise<OperatorFile<Acls>> =>
  readOperatorFile(path, { what: 'ACLs', parse: parseAcls, isPrivate: false });
