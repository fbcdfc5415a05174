import { MemoryVolumeStore } from './memory-volume-store';
import { describeVolumeStore } from './volume-store.contract';

describeVolumeStore('MemoryVolumeStore', () => Promise.resolve({ store: new MemoryVolumeStore(), close: () => Promise.resolve() }));
