import { ALLOW_ALL, type Acls } from '@holdfast/core/authorization';
import type { FrameworkId, Refusal } from '@holdfast/core/base';
import type { FrameworkInfo, Operation, OperationState } from '@holdfast/core/offers';
import { Resources, type Resource } from '@holdfast/core/resources';
import type { TaskInfo, TaskState } from '@holdfast/core/tasks';
import type { DrainedVolume } from '@holdfast/core/volumes';
import type {
  AcceptResponse,
  AgentMessage,
  BookChange,
  CallAnswer,
  MasterMessage,
  SchedulerEvent,
  SubscribedCall,
  SubscribeRequest,
} from '@holdfast/contracts';
import type { OutStream } from '@holdfast/platform/rpc';
import { recordedLog } from '@holdfast/testing/log';
import type { MemoryVolumeStore } from '@holdfast/testing/volume-store';
import { manualWorld } from '@holdfast/testing/world';
import { AgentBook, registerAgent, type Agent, type AgentLink } from './agents';
import { Registrations } from './agents/registrations';
import { createAuthenticator } from './authentication';
import { frameworkInfo } from './builders.fixture';
import type { Caller } from './calls/caller';
import { carryOutCall } from './calls/carry-out-call';
import { masterSettings } from './config';
import type { Deps } from './deps';
import { takeDrained } from './drains/take-drained';
import { ExecutorBook } from './executors';
import { EventStream, FrameworkBook, type Framework } from './frameworks';
import { subscribeFramework } from './frameworks/subscribe-framework';
import { masterMetrics } from './metrics';
import { makeOffers } from './offers/make-offers';
import { OfferBook } from './offers/offer-book';
import { OperationBook } from './operations';
import { updateOperation } from './operations/update-operation';
import { StoryLedger } from './story-ledger.fixture';
import { TaskBook } from './tasks/task-book';
import { updateTask } from './tasks/update-task';
import { InspectionBook } from './verification/inspection-book';
import type { StoreVerdict } from './verification/look-at-store';
import { StoreTurns } from './verification/store-turns';

/** A call as a framework means it: its own id goes without saying. */
type WithoutId<C> = C extends unknown ? Omit<C, 'frameworkId'> : never;
export type StoryCall = WithoutId<SubscribedCall>;

export interface StoryFramework {
  readonly framework: Framework;
  readonly events: SchedulerEvent[];
  /** The framework goes away. */
  disconnect(): void;
  readonly isClosed: () => boolean;
}

export interface StoryAgent {
  readonly agent: Agent;
  readonly sent: MasterMessage[];
  readonly drops: string[];
}

/** A master with its own books and rules; time, the ledger's whereabouts and the allocator's decisions are the test's. */
export class MasterStory {
  readonly world = manualWorld();
  readonly ledger: StoryLedger;
  readonly changes: BookChange[] = [];
  readonly saved = { frameworks: [] as unknown[], agents: [] as unknown[] };
  readonly deps: Deps;

  constructor(
    private readonly env: Record<string, string> = {},
    private readonly acls: Acls = ALLOW_ALL,
    private readonly epoch = 1,
    store?: MemoryVolumeStore,
  ) {
    const drained = (storeId: string, volumes: readonly DrainedVolume[]) => takeDrained(this.deps, storeId, volumes);
    this.ledger = new StoryLedger(() => this.world.nowMs(), drained, store, epoch);
    const books = {
      agents: new AgentBook(),
      registrations: new Registrations(),
      frameworks: new FrameworkBook(),
      offers: new OfferBook(),
      tasks: new TaskBook(),
      executors: new ExecutorBook(),
      operations: new OperationBook(),
      inspections: new InspectionBook(),
      verifications: new StoreTurns<StoreVerdict>(),
    };
    this.deps = {
      world: this.world,
      log: recordedLog(),
      settings: masterSettings.read(env),
      self: { id: 'm', hostname: 'localhost', ip: '127.0.0.1', port: 5050, version: '0' },
      leadership: { masterId: 'm', epoch, raiseAbove: async () => undefined },
      authenticator: createAuthenticator(undefined),
      acls,
      ...books,
      ledger: this.ledger,
      allocator: { isLinked: true, change: (change) => this.changes.push(change) },
      frameworkStore: {
        save: (f) => void this.saved.frameworks.push(f),
        remove: () => undefined,
        load: async () => ({ frameworks: [], removed: [] }),
      },
      agentStore: { save: async (a) => void this.saved.agents.push(a), load: async () => [] },
      metrics: masterMetrics({ offers: () => 0, frameworks: () => 0, agents: () => 0, draining: () => 0 }),
    };
  }

  /** The master that leads after this one: it knows nothing but the ledger, which is as it was left. */
  successor(): MasterStory {
    return new MasterStory(this.env, this.acls, this.epoch + 1, this.ledger.store);
  }

  /** Subscribes; a refusal is thrown, since most stories expect none. */
  subscribe(
    more: Partial<FrameworkInfo> = {},
    request: Partial<Omit<SubscribeRequest, 'framework'>> = {},
    caller: Partial<Caller> = {},
  ): StoryFramework {
    const events: SchedulerEvent[] = [];
    const out = recordedStream(events);
    const stream = new EventStream(this.world.ids.uuid(), out, this.world, this.deps.settings);
    const subscribed = subscribeFramework(this.deps, { framework: frameworkInfo(more), suppressedRoles: [], ...request }, stream, {
      door: 'grpc',
      streamId: stream.id,
      ...caller,
    });
    if (!subscribed.ok) throw new Error(subscribed.refusal.message);
    return { framework: subscribed.value, events, disconnect: () => out.end(), isClosed: () => out.closed };
  }

  /** A call over the framework's newest stream; what it is refused with, wherever that stands, is the answer's refusal. */
  async call({ framework }: StoryFramework, call: StoryCall, caller: Partial<Caller> = {}): Promise<CallAnswer> {
    const said = { ...call, frameworkId: framework.id } as SubscribedCall;
    const streamId = framework.stream?.id;
    const outcome = await carryOutCall(this.deps, { door: 'grpc', ...(streamId !== undefined && { streamId }), ...caller }, said);
    return outcome.ok ? outcome.value : { refusal: outcome.refusal };
  }

  async register(more: Partial<Extract<AgentMessage, { kind: 'register' }>> & { readonly resources?: string } = {}): Promise<StoryAgent> {
    const sent: MasterMessage[] = [];
    const drops: string[] = [];
    const link: AgentLink = {
      ip: '10.1.0.7',
      send: (message) => void sent.push(message),
      drop: (reason) => void drops.push(reason),
    };
    const { resources = 'cpus:4;mem:4096;disk:10240', ...given } = more;
    const configured = Resources.parse(resources);
    if (!configured.ok) throw new Error(configured.refusal.message);
    const agent = await registerAgent(
      this.deps,
      {
        kind: 'register',
        agent: { hostname: 'host-1', httpPort: 5051, attributes: [] },
        storeId: 'store-1',
        configured: configured.value,
        checkpointed: Resources.empty,
        tasks: [],
        operations: [],
        executors: [],
        highestEpoch: 0,
        ledgerRevision: 0,
        bootId: 'boot-1',
        version: '0',
        ...given,
      },
      link,
    );
    if ('code' in agent) throw new Error(agent.message);
    return { agent, sent, drops };
  }

  /** The allocator puts resources before a framework; answers with the id of the offer made, if one was. */
  offer({ framework, events }: StoryFramework, { agent }: StoryAgent, resources: readonly Resource[], role = 'eng'): string | undefined {
    const before = events.length;
    makeOffers(this.deps, {
      number: 1,
      seenRequest: this.changes.length,
      allocations: [{ frameworkId: framework.id, agentId: agent.id, role, resources: Resources.of(resources) }],
    });
    const event = events[before];
    return event?.type === 'OFFERS' ? event.offers[0]?.id : undefined;
  }

  /** ACCEPT of one offer with a filter of 5 s; a refusal of the whole call is thrown. */
  async accept(by: StoryFramework, offerId: string | undefined, ...operations: Operation[]): Promise<AcceptResponse['results']> {
    const { refusal, results = [] } = await this.call(by, { type: 'ACCEPT', offerIds: [offerId ?? ''], operations, filters: {} });
    if (refusal) throw new Error(refusal.message);
    return results;
  }

  /** The agent reports a state of a task that it was told to run. */
  async report({ agent, sent }: StoryAgent, taskId: string, state: TaskState, uuid = taskId + state): Promise<void> {
    const run = sent.flatMap(launchesIn).find(({ info }) => info.taskId === taskId);
    if (!run) throw new Error(`the agent was not told to run ${taskId}`);
    const status = {
      taskId,
      agentId: agent.id,
      state,
      source: 'SOURCE_EXECUTOR',
      timestampMs: this.world.nowMs(),
      uuid: Buffer.from(uuid),
    } as const;
    await updateTask(this.deps, agent, {
      kind: 'task_update',
      frameworkId: run.framework.id ?? '',
      launchId: run.launchId,
      status,
      latestState: state,
    });
  }

  /** The agent reports what has become of an operation whose framework wants to know. */
  reportOperation(
    { agent }: StoryAgent,
    frameworkId: FrameworkId,
    operationId: string,
    state: OperationState,
    uuid = operationId + state,
  ): void {
    const status = { operationId, state, agentId: agent.id, uuid: Buffer.from(uuid) };
    updateOperation(this.deps, agent, { frameworkId, status });
  }

  /** The agent has carried out everything that it was told and has not answered yet. */
  async carryOut({ agent, sent }: StoryAgent, refusal?: Refusal): Promise<void> {
    for (const message of sent) if (message.kind === 'apply_operation') agent.operations.settle(message.operationUuid, refusal);
    await new Promise(setImmediate);
  }

  holders(volume: string): Promise<readonly string[]> {
    return this.ledger
      .readVolumes(['store-1'], volume)
      .then(([known]) => (known?.holders ?? []).map(({ taskId, state }) => `${taskId} ${state}`));
  }

  recovered(): readonly string[] {
    return this.changes.flatMap((change) =>
      change.kind === 'recover_resources'
        ? [`${change.resources.toString()}${change.refuseMs === undefined ? '' : ` for ${change.refuseMs} ms`}`]
        : [],
    );
  }
}

type Launch = { readonly framework: FrameworkInfo; readonly info: TaskInfo; readonly launchId: string };

function launchesIn(message: MasterMessage): readonly Launch[] {
  if (message.kind === 'run_task') return [message];
  return message.kind === 'run_group' ? message.tasks.map((task) => ({ ...task, framework: message.framework })) : [];
}

function recordedStream(events: SchedulerEvent[]): OutStream<SchedulerEvent> {
  const listeners: (() => void)[] = [];
  const out = {
    closed: false,
    bufferedBytes: 0,
    send: (event: SchedulerEvent) => void events.push(event),
    sendEncoded: () => undefined,
    end() {
      if (out.closed) return;
      out.closed = true;
      for (const listener of listeners) listener();
    },
    refuse: () => out.end(),
    onClose: (listener: () => void) => void listeners.push(listener),
  };
  return out;
}
