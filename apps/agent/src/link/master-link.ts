import { ADVICE, type Epoch, type Refusal, type World } from '@holdfast/core/base';
import { type AgentMessage, agentLinkService, type LinkRequest, type LinkResponse, type MasterMessage } from '@holdfast/contracts';
import type { Logger } from '@holdfast/platform/process';
import { type Batcher, createBatcher, type DuplexClient, type RpcClient } from '@holdfast/platform/rpc';
import { RegistrationBackoff, type BackoffTimes } from './registration-backoff';

export type Registered = Extract<MasterMessage, { kind: 'registered' }>;
/** What a master tells an agent that it has registered. */
export type Instruction = Exclude<MasterMessage, { kind: 'registered' | 'registration_refused' | 'ping' }>;

export interface MasterLinkDeps {
  readonly world: World;
  readonly log: Logger;
  readonly client: Pick<RpcClient, 'duplex'>;
  readonly backoff: BackoffTimes;
  /** How long a master may take to answer a registration. */
  readonly registrationTimeoutMs: number;
  /** Whether an epoch may act; remembers a higher one before it answers. */
  readonly admit: (epoch: Epoch) => Promise<boolean>;
  /** Everything the agent knows, once nothing that an earlier stream has brought is still waiting to be done. */
  readonly report: () => Promise<Extract<AgentMessage, { kind: 'register' }>>;
  /** Done before anything that the master says next. */
  readonly onRegistered: (registered: Registered) => Promise<void>;
  /** From now on what is sent arrives: the time to repeat what may not have. */
  readonly onReady: () => void;
  /** The stream is lost; nothing that it has brought and that is not begun is to be begun. */
  readonly onLost: () => void;
  /** In the order of the stream. Must not wait for the work itself: pings come the same way. */
  readonly onInstruction: (instruction: Instruction) => void;
  /** The master does not want this agent, and trying again would not help. */
  readonly onRefused: (refusal: Refusal) => void;
}

/** How long the other side may take to end its half of the stream. */
const HANG_UP_MS = 500;

interface Session {
  readonly stream: DuplexClient<LinkRequest, LinkResponse>;
  readonly outgoing: Batcher<AgentMessage>;
  isRegistered: boolean;
  pingTimeoutMs: number;
  /** What has been received is handled one after the other. */
  turn: Promise<void>;
  cancelWatch: () => void;
}

/** The stream to the master: dialled, registered over, and dialled again whenever it is lost or silent (D-072, D-077). */
export class MasterLink {
  private readonly backoff: RegistrationBackoff;
  private session: Session | undefined;
  private cancelDial: (() => void) | undefined;
  private isStopped = false;
  private isComplaining = false;

  constructor(private readonly deps: MasterLinkDeps) {
    this.backoff = new RegistrationBackoff(deps.backoff, deps.world.random);
  }

  get isRegistered(): boolean {
    return this.session?.isRegistered ?? false;
  }

  start(): void {
    this.dial();
  }

  /** Goes out with the next batch; without a master that has registered us it goes nowhere, and registering says it all again. */
  send(message: AgentMessage): void {
    if (this.session?.isRegistered) this.session.outgoing.push(message);
  }

  /** Sends what waits and hangs up; resolves when the master has had it, or after a moment. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelDial?.();
    const { session } = this;
    this.session = undefined;
    if (!session) return;
    session.cancelWatch();
    session.outgoing.flushNow();
    await new Promise<void>((resolve) => {
      session.stream.onEnd(() => resolve());
      this.deps.world.after(HANG_UP_MS, resolve);
      session.stream.end();
    });
    session.stream.cancel();
  }

  private dial(): void {
    const stream = this.deps.client.duplex(agentLinkService.link);
    const outgoing = createBatcher<AgentMessage>({ flush: (messages) => stream.send({ messages }) });
    const session: Session = {
      stream,
      outgoing,
      isRegistered: false,
      pingTimeoutMs: 0,
      turn: Promise.resolve(),
      cancelWatch: () => undefined,
    };
    this.session = session;
    this.watch(session, this.deps.registrationTimeoutMs, 'the master did not answer the registration in time');
    stream.onConnected(() => this.inTurn(session, () => this.register(session)));
    stream.onMessage((response) => this.inTurn(session, () => this.receive(session, response)));
    stream.onEnd((reason) => this.inTurn(session, () => this.lose(session, reason?.message ?? 'the master has ended the stream')));
  }

  private async register(session: Session): Promise<void> {
    const report = await this.deps.report();
    if (this.session !== session) return;
    session.outgoing.push(report);
    session.outgoing.flushNow();
  }

  private async receive(session: Session, { epoch, messages }: LinkResponse): Promise<void> {
    if (this.session !== session) return;
    if (!(await this.deps.admit(epoch))) return this.lose(session, `it comes from a master of the past (epoch ${epoch})`);
    for (const message of messages) {
      if (this.session !== session) return;
      await this.handle(session, message);
    }
  }

  private async handle(session: Session, message: MasterMessage): Promise<void> {
    switch (message.kind) {
      case 'registered':
        await this.deps.onRegistered(message);
        return this.registered(session, message);
      case 'registration_refused':
        return this.refused(session, message.refusal);
      case 'ping':
        if (session.isRegistered) this.watch(session, session.pingTimeoutMs, 'no ping in time');
        return session.outgoing.push({ kind: 'pong' });
      default:
        if (session.isRegistered) return this.deps.onInstruction(message);
        return this.lose(session, 'the master has sent instructions before it registered this agent');
    }
  }

  private registered(session: Session, { agentId, pingTimeoutMs }: Registered): void {
    session.isRegistered = true;
    session.pingTimeoutMs = pingTimeoutMs;
    this.isComplaining = false;
    this.backoff.reset();
    this.watch(session, pingTimeoutMs, 'no ping in time');
    this.deps.log.info({ agentId }, 'registered');
    this.deps.onReady();
  }

  private refused(session: Session, refusal: Refusal): void {
    if (ADVICE[refusal.code] !== 'do_not_retry') return this.lose(session, refusal.message);
    void this.stop();
    this.deps.onRefused(refusal);
  }

  /** Gives the session up unless something is heard within the time. */
  private watch(session: Session, timeoutMs: number, problem: string): void {
    session.cancelWatch();
    session.cancelWatch = this.deps.world.after(timeoutMs, () => this.lose(session, problem));
  }

  private lose(session: Session, problem: string): void {
    if (this.session !== session || this.isStopped) return;
    this.session = undefined;
    session.cancelWatch();
    session.stream.cancel();
    this.deps.onLost();
    const waitMs = this.backoff.nextMs();
    const { log, world } = this.deps;
    // Once is enough until it works again: the attempts go on for as long as it takes.
    if (this.isComplaining) log.debug({ problem, againInMs: waitMs }, 'still no master');
    else log.warn({ problem, againInMs: waitMs }, 'lost the master, or cannot find it; trying again until it is there');
    this.isComplaining = true;
    this.cancelDial = world.after(waitMs, () => this.dial());
  }

  private inTurn(session: Session, work: () => Promise<void> | void): void {
    session.turn = session.turn.then(work).catch((fault: unknown) => {
      this.deps.log.error({ err: fault }, 'a message of the master could not be handled');
      this.lose(session, 'an earlier message could not be handled');
    });
  }
}
