import type { Timers } from '@holdfast/core/base';
import { Container } from '../containers';

/** How many containers are set up at once. More would only make each take longer, and leave the agent no time to answer. */
const AT_ONCE = 24;
/** A set-up that takes longer than this, for files that have to be fetched from afar, keeps nobody else waiting. */
const HELD_AT_MOST_MS = 2_000;

/** Launches that come in crowds start one after another, in their order. */
export class StartSlots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly timers: Pick<Timers, 'after'>,
    atOnce = AT_ONCE,
  ) {
    this.free = atOnce;
  }

  /** Sets a container up when it is its turn. The place is free again when it is ready, since others of its group may need it, or not to be. */
  async during<E>(setUp: () => Promise<Container | E>): Promise<Container | E> {
    const release = await this.take();
    try {
      const made = await setUp();
      if (made instanceof Container) void made.whenReady.then(release);
      else release();
      return made;
    } catch (fault) {
      release();
      throw fault;
    }
  }

  /** Resolves, when it is one's turn, with what is to be called once the set-up is over; calling it again does nothing. */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      cancel();
      this.passOn();
    };
    const cancel = this.timers.after(HELD_AT_MOST_MS, release);
    return release;
  }

  private passOn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}
