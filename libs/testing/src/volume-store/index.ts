export { MemoryVolumeStore } from './memory-volume-store';
export {
  acquire,
  AGENT,
  cancelDestroy,
  confirm,
  create,
  createFailed,
  destroy,
  drain,
  drainTerms,
  ending,
  FIRST_MS,
  forceRelease,
  gone,
  held,
  holderRef,
  LedgerStory,
  release,
  resize,
  running,
  volumeResource,
  type VolumeForm,
} from './ledger-story';
export { describeLedgerFeed, type OpenLedgerFeed } from './ledger-feed.contract';
export { FeedRecord } from './feed-record';
export { describeVolumeStore } from './volume-store.contract';
export { type OpenVolumeStore } from './store-stage';
export { expectLikeRules, ledgerCommands, type LedgerCommand, type Rewind } from './ledger-commands';
