import { describeVolumeStore } from '@holdfast/testing/volume-store';
import { openTestLedger } from './ledger.fixture';

describeVolumeStore('RedisVolumeStore', () => openTestLedger());
