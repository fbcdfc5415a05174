import type { Clock } from '@holdfast/core/base';
import type { BookSettings } from '@holdfast/core/fair-share';
import type { Logger } from '@holdfast/platform/process';
import { MasterSession, type MasterStream, type SessionEvents } from './master-session';

/** At most one session: that of the master which came last. */
export class Sessions {
  private latest: MasterSession | undefined;

  constructor(
    private readonly settings: BookSettings,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
    private readonly log: Logger,
  ) {}

  /** The session that may be allocated for: its snapshot is complete. */
  get current(): MasterSession | undefined {
    return this.latest?.isReady ? this.latest : undefined;
  }

  /** A new stream takes over; what the one before had filled is forgotten. */
  open(stream: MasterStream, peer: string): void {
    const log = this.log.child({ peer });
    const session = new MasterSession(stream, this.settings, this.clock, this.events);
    const before = this.latest;
    this.latest = session;
    if (before) {
      log.warn('a newer stream takes over from the one before');
      before.end();
    }
    log.info('a master is connected; allocating once its snapshot is complete');
    stream.onMessage((request) => session.take(request));
    stream.onEnd(() => session.end());
    stream.onClose(() => {
      if (this.latest !== session) return;
      this.latest = undefined;
      log.warn('the master is gone, and the books with it');
    });
  }
}
