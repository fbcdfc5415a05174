import type { Refusal, Result } from '@holdfast/core/base';
import type { LedgerFeed } from '@holdfast/core/volumes';
import type { RegistryMetrics } from '../metrics';

/** A feed that is counted. */
export class ObservedLedgerFeed implements LedgerFeed {
  constructor(
    private readonly feed: LedgerFeed,
    private readonly metrics: RegistryMetrics,
  ) {}

  async follow(...[positions, onEntries, signal]: Parameters<LedgerFeed['follow']>): Promise<Result<void, Refusal>> {
    this.metrics.followerCame();
    let outcome: Parameters<RegistryMetrics['followerLeft']>[0] = 'failed';
    try {
      const counted: typeof onEntries = (entries) => {
        this.metrics.fed(entries.length);
        return onEntries(entries);
      };
      const result = await this.feed.follow(positions, counted, signal);
      outcome = result.ok ? 'left' : result.refusal.code;
      return result;
    } finally {
      this.metrics.followerLeft(outcome);
    }
  }
}
