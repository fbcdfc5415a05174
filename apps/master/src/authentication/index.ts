export { asAuthenticated, authenticated, AUTHORIZATION } from './as-authenticated';
export { createAuthenticator, type Authenticator } from './authenticator';
export { openAccessFiles, type Access } from './open-access-files';
export { basicChallenge, REALM } from './realm';
