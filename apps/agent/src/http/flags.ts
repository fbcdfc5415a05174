/** Settings under the names that Mesos gives flags: HOLDFAST_AGENT_WORK_DIR is work_dir. Secrets are masked already. */
export const flagsOf = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name.replace(/^HOLDFAST_AGENT_/, '').toLowerCase(), value]));
