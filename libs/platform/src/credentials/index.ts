export {
  basicAuthorization,
  CredentialsFault,
  parseBasicAuthorization,
  principalProblem,
  secretProblem,
  unauthenticated,
  type Credentials,
} from './basic-authorization';
export { readAclsFile } from './acls-file';
export { readCredentialsFile, type KnownPrincipals } from './credentials-file';
export { OperatorFileFault, type OperatorFile } from './operator-file';
export { hashSecret } from './secret-hash';
export { createVerifier, type Verdict, type Verifier } from './verifier';
