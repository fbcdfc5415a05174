import { describeCancelling } from './cancelling.contract';
import { describeCreating } from './creating.contract';
import { describeDestroying } from './destroying.contract';
import { describeDraining } from './draining.contract';
import { describeHolding } from './holding.contract';
import { describeReading } from './reading.contract';
import { describeReconciliation } from './reconciliation.contract';
import { describeResizing } from './resizing.contract';
import { describeSafeStart } from './safe-start.contract';
import { describeTransactions } from './transactions.contract';
import { StoreStage, type OpenVolumeStore } from './store-stage';

/** The promises of the port to the ledger; memory, Redis and remote stores keep the same ones. */
export function describeVolumeStore(name: string, open: () => Promise<OpenVolumeStore>): void {
  describe(`${name} as a volume store`, () => {
    let opened: OpenVolumeStore;
    const stage = new StoreStage(() => opened);

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      stage.story = await stage.newStory().begin();
    });

    describeCreating(stage);
    describeHolding(stage);
    describeDestroying(stage);
    describeDraining(stage);
    describeCancelling(stage);
    describeResizing(stage);
    describeTransactions(stage);
    describeSafeStart(stage);
    describeReconciliation(stage);
    describeReading(stage);
  });
}
