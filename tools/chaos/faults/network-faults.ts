import { setTimeout as pause } from 'node:timers/promises';
import { CUT_KINDS, type CutKind } from '../network/link';
import type { Fault } from './fault';

const SHORTEST_MS = 200;
const LONGEST_MS = 8_000;

/** The network between two services is cut for a while. */
export const cut = (link: string, kind: CutKind): Fault => ({
  name: `cut:${link}:${kind}`,
  inject: async ({ cluster, random, signal }) => {
    const forMs = random.between(SHORTEST_MS, LONGEST_MS);
    const chosen = cluster.links.get(link);
    if (!chosen) throw new Error(`there is no link ${link}`);
    // Two ways at once would be mended by the first that ends.
    if (chosen.isCut) return 'missed';
    await chosen.cut(kind);
    try {
      await pause(forMs, undefined, { signal });
    } finally {
      await chosen.mend();
    }
    return 'injected';
  },
});

export const cuts = (link: string): readonly Fault[] => CUT_KINDS.map((kind) => cut(link, kind));
