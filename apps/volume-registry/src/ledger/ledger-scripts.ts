import { join } from 'node:path';
import { loadScripts, type Scripts } from '@holdfast/platform/redis';

/** The scripts lie beside this file, and beside the bundle. */
export const loadLedgerScripts = (): Scripts => loadScripts(join(__dirname, 'scripts'));
