import type { Acls } from '@holdfast/core/authorization';
import type { World } from '@holdfast/core/base';
import type { MasterInfo } from '@holdfast/contracts';
import type { Logger } from '@holdfast/platform/process';
import type { AgentBook } from './agents/agent-book';
import type { AgentStore } from './agents/agent-store';
import type { Registrations } from './agents/registrations';
import type { AllocatorBooks } from './allocator';
import type { Authenticator } from './authentication';
import type { MasterSettings } from './config';
import type { ExecutorBook } from './executors';
import type { FrameworkBook, FrameworkStore } from './frameworks';
import type { Leadership } from './leadership';
import type { Ledger } from './ledger';
import type { MasterMetrics } from './metrics';
import type { OfferBook } from './offers/offer-book';
import type { OperationBook } from './operations';
import type { TaskBook } from './tasks/task-book';
import type { InspectionBook } from './verification/inspection-book';
import type { StoreVerdict } from './verification/look-at-store';
import type { StoreTurns } from './verification/store-turns';

/** The books and ports that the use cases work on; each takes all of them and touches few. */
export interface Deps {
  readonly world: World;
  readonly log: Logger;
  readonly settings: MasterSettings;
  readonly self: MasterInfo;
  readonly leadership: Leadership;
  readonly authenticator: Authenticator;
  readonly acls: Acls;
  readonly agents: AgentBook;
  readonly registrations: Registrations;
  readonly frameworks: FrameworkBook;
  readonly offers: OfferBook;
  readonly tasks: TaskBook;
  readonly executors: ExecutorBook;
  readonly operations: OperationBook;
  /** Questions to agents about what they have, and verifications under way. */
  readonly inspections: InspectionBook;
  readonly verifications: StoreTurns<StoreVerdict>;
  readonly allocator: AllocatorBooks;
  readonly ledger: Ledger;
  readonly frameworkStore: FrameworkStore;
  readonly agentStore: AgentStore;
  readonly metrics: MasterMetrics;
}
