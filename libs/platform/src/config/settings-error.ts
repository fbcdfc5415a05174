/** The environment does not make sense; `faults` holds one line per fault. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    readonly service: string,
    readonly faults: readonly string[],
  ) {
    super(
      `The settings of ${service} have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    );
  }
}
