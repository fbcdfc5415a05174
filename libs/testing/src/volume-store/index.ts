export { MemoryVolumeStore } from './memory-volume-store';
export {
  acquire,
  AGENT,
  confirm,
  create,
  createFailed,
  destroy,
  ending,
  FIRST_MS,
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
export { describeVolumeStore } from './volume-store.contract';
export { type OpenVolumeStore } from './store-stage';
export { expectLikeRules, ledgerCommands, type LedgerCommand, type Rewind } from './ledger-commands';
