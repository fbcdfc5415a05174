export { bundleScript } from './bundle-script';
export { runScript, type RunningScript, type ScriptExit, type ScriptOptions } from './run-script';
