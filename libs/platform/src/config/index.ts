export { defineSettings, type SettingsDefinition, type SettingsSpec } from './settings';
export { flag, integer, oneOf, optionalText, port, secretText, text, url, durationMs, type NumberLimits } from './field-makers';
export { sameAs, type Default, type Field, type SameAs } from './field';
export { SettingsError } from './settings-error';
export { logLevelOf, type LogLevel } from './log-level';
