import type { LedgerEntry } from '@holdfast/core/volumes';
import { readHolder } from './holder-text';

/** One entry of the history stream: its id is `<revision>-0`, its fields are what `ledger.lua` writes. */
export function readHistoryEntry(id: string, flat: readonly string[]): LedgerEntry {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at] ?? '', flat[at + 1] ?? '');
  const holder = fields.get('holder');
  const cause = fields.get('cause');
  const by = fields.get('by');
  const traceId = fields.get('trace');
  return {
    revision: Number.parseInt(id, 10),
    atMs: Number(fields.get('at_ms')),
    change: fields.get('change') ?? '',
    volume: fields.get('volume') ?? '',
    generation: Number(fields.get('generation')),
    ...(holder !== undefined && { holder: readHolder(holder) }),
    ...(cause !== undefined && { cause }),
    ...(by !== undefined && { by }),
    epoch: Number(fields.get('epoch')),
    ...(traceId !== undefined && { traceId }),
  };
}
