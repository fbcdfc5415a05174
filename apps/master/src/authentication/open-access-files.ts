import { ALLOW_ALL, type Acls } from '@holdfast/core/authorization';
import { readAclsFile, readCredentialsFile } from '@holdfast/platform/credentials';
import type { Logger } from '@holdfast/platform/process';
import type { MasterSettings } from '../config';
import { createAuthenticator, type Authenticator } from './authenticator';

export interface Access {
  readonly authenticator: Authenticator;
  readonly acls: Acls;
}

/** Reads who may call and who may do what. Throws OperatorFileFault for a file that is missing or wrong: the master does not start. */
export async function openAccessFiles({ credentialsFile, aclsFile }: AccessSettings, log: Logger): Promise<Access> {
  const credentials = credentialsFile === undefined ? undefined : await readCredentialsFile(credentialsFile);
  const acls = aclsFile === undefined ? undefined : await readAclsFile(aclsFile);
  for (const warning of [...(credentials?.warnings ?? []), ...(acls?.warnings ?? [])]) log.warn(warning);
  if (acls && !credentials)
    log.warn(
      'ACLs are set, credentials are not: frameworks are believed what they call themselves (HOLDFAST_MASTER_CREDENTIALS asks them to prove it)',
    );
  return { authenticator: createAuthenticator(credentials?.value), acls: acls?.value ?? ALLOW_ALL };
}

type AccessSettings = Pick<MasterSettings, 'credentialsFile' | 'aclsFile'>;
