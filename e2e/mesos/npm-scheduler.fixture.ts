import { mkdtempSync, rmSync } from 'node:fs';
import { globalAgent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helpers, Scheduler } from 'mesos-framework';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the wire says is compared, not typed
export type Wire = any;

/** An application on the npm package `mesos-framework`, as it comes: keeps what it hears and lets a test wait for it. */
export class NpmScheduler {
  readonly scheduler: Scheduler;
  private readonly heard: { readonly event: string; readonly payload: Wire }[] = [];
  private readonly logs = mkdtempSync(join(tmpdir(), 'holdfast-mesos-framework-'));
  private wake: () => void = () => undefined;

  constructor(masterUrl: string, options: Partial<ConstructorParameters<typeof Scheduler>[0]> = {}) {
    const { hostname, port } = new URL(masterUrl);
    this.scheduler = new Scheduler({
      masterUrl: hostname,
      port: Number(port),
      frameworkName: 'npm',
      masterConnectionTimeout: 60,
      logging: { path: this.logs, fileName: 'log', level: 'nothing' },
      ...options,
    });
    // Younger than the package: it would report the event as an error.
    this.scheduler.customEventHandlers['UPDATE_OPERATION_STATUS'] = () => undefined;
    const events = ['subscribed', 'offers', 'rescind', 'update', 'update_operation_status', 'heartbeat', 'error'];
    const sent = ['sent_decline', 'sent_revive', 'sent_kill', 'sent_acknowledge', 'sent_teardown', 'sent_reconcile', 'sent_accept'];
    for (const event of [...events, ...sent]) {
      this.scheduler.on(event, (payload: Wire) => {
        this.heard.push({ event, payload });
        this.wake();
      });
    }
    this.scheduler.once('ready', () => this.scheduler.subscribe());
  }

  /** The first event of this kind, from the `since`-th heard on, that fits. An error that nobody waits for ends the waiting. */
  async until(event: string, fits: (payload: Wire) => boolean = () => true, since = 0): Promise<Wire> {
    for (;;) {
      const recent = this.heard.slice(since);
      const found = recent.find((heard) => heard.event === event && fits(heard.payload));
      if (found) return found.payload;
      const error = event === 'error' ? undefined : recent.find((heard) => heard.event === 'error');
      if (error) throw new Error(`${String(error.payload.message ?? error.payload)} ${String(error.payload.stack ?? '')}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** How much was heard so far: what comes later is news. */
  get now(): number {
    return this.heard.length;
  }

  /** An offer that fits, from the `since`-th event on. */
  async offer(fits: (offer: Wire) => boolean, since = 0): Promise<Wire> {
    const { offers } = await this.until('offers', (payload) => payload.offers.some(fits), since);
    return offers.find(fits);
  }

  untilTask(taskId: string, state: string): Promise<Wire> {
    return this.until('update', ({ status }) => status.task_id.value === taskId && status.state === state).then(({ status }) => status);
  }

  untilOperation(id: string): Promise<Wire> {
    return this.until('update_operation_status', ({ status }) => status.operation_id?.value === id).then(({ status }) => status);
  }

  /** A call that the package has no method for, by its own helper; answers with the helper's complaint. */
  call(type: string, message: object): Promise<string | undefined> {
    const payload = { framework_id: { value: this.scheduler.frameworkId }, type, [type.toLowerCase()]: message };
    return new Promise((resolve) => helpers.doRequest.call(this.scheduler, payload, (error) => resolve(error?.message)));
  }

  accept(offer: Wire, operations: readonly object[], filters: object = { refuse_seconds: 0 }): Promise<string | undefined> {
    return this.call('ACCEPT', { offer_ids: [offer.id], operations, filters });
  }

  /** It would subscribe again for ever, and end the whole process once a connection has been silent for too long. */
  stop(): void {
    this.scheduler.subscribe = () => undefined;
    this.scheduler.httpRequest.destroy();
    globalAgent.destroy();
    rmSync(this.logs, { recursive: true, force: true });
  }
}
