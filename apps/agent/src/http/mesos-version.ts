/** The version of the Mesos API that the agent speaks. Clients split it on dots into whole numbers (wire 10.2). */
const MESOS_VERSION = '1.11.0';

/** `version`: ours. */
export const versionJson = (version: string) => ({ version: MESOS_VERSION, build_user: 'holdfast', holdfast_version: version });
