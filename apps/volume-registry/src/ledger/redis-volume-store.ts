import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import {
  compareText,
  sortHolders,
  traceIdOf,
  type HolderPage,
  type LedgerEntry,
  type LedgerTransaction,
  type LedgerVolume,
  type ReconcileOutcome,
  type StoreReport,
  type StoreStanding,
  type TransactionResult,
  type VolumeKey,
  type VolumeStore,
} from '@holdfast/core/volumes';
import { failpoint } from '@holdfast/platform/failpoints';
import type { Logger } from '@holdfast/platform/process';
import { RedisFault, type ScriptCall, type Scripts } from '@holdfast/platform/redis';
import { readHistoryEntry } from './history-entry';
import { readHolder } from './holder-text';
import type { LedgerKeys } from './keys';
import { LedgerAway, type LedgerConnection } from './ledger-connection';
import { readHolders } from './read-holders';
import { readStores } from './read-stores';
import { reportedHolderWords, reportedVolumeWords, volumesReported } from './report-words';
import { reconcileOutcome, transactionResult, type Words } from './script-answer';
import { unitWords, volumesOf } from './unit-words';
import { readVolume } from './volume-text';

export interface RedisVolumeStoreOptions {
  readonly connection: LedgerConnection;
  readonly scripts: Scripts;
  readonly keys: LedgerKeys;
  /** About how many changes the history of a store keeps. */
  readonly historyLength: number;
  readonly log: Logger;
}

type Query<M extends 'readVolumes' | 'readHolders' | 'readHistory'> = Parameters<VolumeStore[M]>[0];

const HISTORY_PAGE = 500;

/** The ledger in Redis: one script call per transaction. Calls are sent as they come, so those of one store keep their order. */
export class RedisVolumeStore implements VolumeStore {
  constructor(private readonly options: RedisVolumeStoreOptions) {}

  async apply(transaction: LedgerTransaction): Promise<TransactionResult> {
    const volumes = volumesOf(transaction);
    const words = { units: transaction.units.length, words: [...volumes, ...unitWords(transaction)] };
    const reply = await this.asked(this.call('apply', transaction, volumes, words));
    if (reply.ok) return transactionResult(reply.value, transaction);
    return { revision: transaction.seenRevision, results: [], refusal: reply.refusal.refusal, unverified: reply.refusal.isInDoubt };
  }

  async reconcile(report: StoreReport): Promise<ReconcileOutcome> {
    const words = {
      by: report.by ?? '',
      reported_volumes: JSON.stringify(reportedVolumeWords(report)),
      reported_holders: JSON.stringify(reportedHolderWords(report)),
    };
    const reply = await this.asked(
      this.withAllKeys(volumesReported(report), (volumes) => this.call('reconcile', report, volumes, { ...words, words: volumes })),
    );
    if (reply.ok) return reconcileOutcome(reply.value, report.epoch);
    return { revision: report.seenRevision, refusal: reply.refusal.refusal, differences: [], destroying: [], draining: [] };
  }

  /** Tombstones included. Throws LedgerAway or RedisFault: there is no answer that could be mistaken for an empty ledger. */
  async readVolumes({ storeIds, volume }: Query<'readVolumes'>): Promise<readonly LedgerVolume[]> {
    const perStore = await Promise.all(storeIds.map((storeId) => this.readStore(storeId, volume)));
    return perStore.flat();
  }

  /** `from` is a token of an earlier page, `limit` at least 1. Throws as `readVolumes` does. */
  readHolders(query: Query<'readHolders'>): Promise<HolderPage | undefined> {
    return readHolders(this.options, query);
  }

  /** Throws as `readVolumes` does. */
  readStores(): Promise<readonly StoreStanding[]> {
    return readStores(this.options);
  }

  /** In the order of revisions; what the store has trimmed is missing. Throws as `readVolumes` does. */
  async readHistory({ storeId, volume, afterRevision, limit }: Query<'readHistory'>): Promise<readonly LedgerEntry[]> {
    const { connection, keys } = this.options;
    const found: LedgerEntry[] = [];
    let after = afterRevision;
    while (found.length < limit) {
      const page = await connection.run((redis) => redis.xrange(keys.history(storeId), `(${after}-0`, '+', 'COUNT', HISTORY_PAGE));
      const entries = page.map(([id, flat]) => readHistoryEntry(id, flat));
      found.push(...entries.filter((entry) => volume === undefined || entry.volume === volume));
      const last = entries.at(-1);
      if (!last || entries.length < HISTORY_PAGE) break;
      after = last.revision;
    }
    return found.slice(0, limit);
  }

  private async readStore(storeId: string, only: VolumeKey | undefined): Promise<readonly LedgerVolume[]> {
    const { connection, scripts, keys } = this.options;
    const reply = await this.withAllKeys(only === undefined ? [] : [only], (volumes) =>
      connection.run(
        (redis) =>
          scripts.run(redis, 'read-volumes', {
            keys: {
              meta: keys.meta(storeId),
              volumes: keys.volumes(storeId),
              holders: volumes.map((name) => keys.holders(storeId, name)),
            },
            args: { volumes: JSON.stringify(volumes), only: only ?? '' },
          }) as Promise<Words>,
      ),
    );
    const revision = Number(reply[1]);
    return (reply.slice(2) as [VolumeKey, string, string[]][])
      .map(([name, text, holders]) => ({
        storeId,
        volume: name,
        ...readVolume(text),
        holders: sortHolders(holders.map(readHolder)),
        revision,
      }))
      .sort((a, b) => compareText(a.volume, b.volume));
  }

  private call(
    script: 'apply' | 'reconcile',
    call: LedgerTransaction | StoreReport,
    volumes: readonly VolumeKey[],
    words: ScriptCall['args'],
  ): Promise<Words> {
    const { connection, scripts, keys, historyLength } = this.options;
    const { storeId, epoch, seenRevision, nowMs, traceParent } = call;
    return connection.run(async (redis, deadlineMs) => {
      failpoint('registry.before_script');
      const reply = (await scripts.run(redis, script, {
        keys: {
          meta: keys.meta(storeId),
          volumes: keys.volumes(storeId),
          history: keys.history(storeId),
          holders: volumes.map((name) => keys.holders(storeId, name)),
        },
        args: {
          run: connection.runId,
          epoch,
          seen_revision: seenRevision,
          now_ms: nowMs,
          deadline_ms: deadlineMs,
          trace: traceIdOf(traceParent) ?? '',
          history_length: historyLength,
          ...words,
        },
      })) as Words;
      failpoint('registry.after_script');
      if (reply[0] !== 'too_late') return reply;
      void connection.probe();
      throw new LedgerAway('Redis was held up, or its clock has jumped', false);
    });
  }

  /** A script names the volumes whose keys it was not given; then once more, with them. Others may add some in between. */
  private async withAllKeys(first: readonly VolumeKey[], call: (volumes: readonly VolumeKey[]) => Promise<Words>): Promise<Words> {
    let volumes = first;
    for (;;) {
      const [word, ...undeclared] = await call(volumes);
      if (word !== 'undeclared') return [word as string, ...undeclared];
      volumes = [...new Set([...volumes, ...(undeclared as VolumeKey[])])];
    }
  }

  private async asked(reply: Promise<Words>): Promise<Result<Words, Unanswered>> {
    try {
      return ok(await reply);
    } catch (error) {
      if (!(error instanceof LedgerAway)) this.options.log.error({ err: error }, 'Redis could not carry out a ledger call');
      const problem = error instanceof Error ? error.message : String(error);
      const isInDoubt = error instanceof LedgerAway ? error.isInDoubt : error instanceof RedisFault && error.outcome === 'in_doubt';
      return refused({ refusal: refuse('ledger_unavailable', isInDoubt ? { problem, inDoubt: true } : { problem }), isInDoubt });
    }
  }
}

interface Unanswered {
  readonly refusal: Refusal;
  readonly isInDoubt: boolean;
}
