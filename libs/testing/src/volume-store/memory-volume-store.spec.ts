import { describeLedgerFeed } from './ledger-feed.contract';
import { MemoryVolumeStore } from './memory-volume-store';
import { describeVolumeStore } from './volume-store.contract';

const open = () => {
  const store = new MemoryVolumeStore();
  return Promise.resolve({ store, feed: store, close: () => Promise.resolve() });
};

describeVolumeStore('MemoryVolumeStore', open);
describeLedgerFeed('MemoryVolumeStore', open);
