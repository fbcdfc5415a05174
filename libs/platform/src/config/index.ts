export { defineSettings, type SettingsDefinition, type SettingsSpec } from './settings';
export {
  durationMs,
  flag,
  integer,
  oneOf,
  optionalDurationMs,
  optionalText,
  port,
  regionAndZone,
  secretText,
  text,
  url,
  type NumberLimits,
  type RegionAndZone,
} from './field-makers';
export { sameAs, type Default, type Field, type SameAs } from './field';
export { SettingsError } from './settings-error';
export { logLevelOf, type LogLevel } from './log-level';
