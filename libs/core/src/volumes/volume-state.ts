/**
 * - `creating`: decided; the agent has not yet confirmed the directory. Already accepts holders.
 * - `ready`: the agent has it.
 * - `draining`: a destroy that waits for the last holder; admits no new one, or readers only. May begin before the agent has confirmed,
 *   and is `creating` or `ready` again when the destroy is taken back.
 * - `destroying`: nobody holds it; the agent is deleting its data. A crash here means: delete again.
 * - `gone`: a tombstone that keeps the generation.
 */
export type VolumeState = 'creating' | 'ready' | 'draining' | 'destroying' | 'gone';

const NEXT: Readonly<Record<VolumeState, readonly VolumeState[]>> = {
  creating: ['ready', 'draining', 'destroying', 'gone'],
  ready: ['draining', 'destroying', 'gone'],
  draining: ['creating', 'ready', 'destroying', 'gone'],
  destroying: ['gone'],
  gone: ['creating', 'ready'],
};

export const canBecome = (from: VolumeState, to: VolumeState): boolean => NEXT[from].includes(to);

/** States in which a volume takes new holders. */
export const admitsHolders = (state: VolumeState): boolean => state === 'creating' || state === 'ready';
