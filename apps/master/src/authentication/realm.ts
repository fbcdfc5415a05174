/** Realms of HTTP 401, as clients of Mesos know them (wire document, section 12). */
export const REALM = {
  scheduler: 'mesos-master-scheduler',
  readOnly: 'mesos-master-readonly',
  readWrite: 'mesos-master-readwrite',
} as const;

/** The value of `WWW-Authenticate`. */
export const basicChallenge = (realm: (typeof REALM)[keyof typeof REALM]): string => `Basic realm="${realm}"`;
