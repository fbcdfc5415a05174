import { setTimeout as pause } from 'node:timers/promises';
import { splitVolumeKey, type LedgerVolume } from '@holdfast/core/volumes';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { SeededRandom } from '../seeded-random';
import type { Deeds } from './framework-actor';
import { chooseTerms } from './plan-step';
import type { VolumeBook } from './volume-book';

const GAP_MS = [200, 1_200] as const;

/** A person with the command line: lists volumes, asks for destroys that wait, and takes them back. */
export class OperatorActor {
  private isPaused = true;
  private life: Promise<void> = Promise.resolve();

  constructor(
    private readonly operator: Operator,
    private readonly random: SeededRandom,
    private readonly book: VolumeBook,
    private readonly deeds: Pick<Deeds, 'waitingDestroys' | 'cancels' | 'destroys' | 'unanswered'>,
  ) {}

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.life = this.live();
  }

  async pause(): Promise<void> {
    this.isPaused = true;
    await this.life;
  }

  close(): void {
    this.isPaused = true;
  }

  private async live(): Promise<void> {
    while (!this.isPaused) {
      try {
        await this.act();
      } catch {
        this.deeds.unanswered += 1;
      }
      await pause(this.random.between(...GAP_MS));
    }
  }

  private async act(): Promise<void> {
    const answer = await this.operator.volumes();
    if (!answer.ok || answer.value.volumes.length === 0) return;
    const waiting = answer.value.volumes.filter(({ state }) => state === 'draining');
    if (waiting.length > 0 && this.random.chance(0.5)) await this.cancel(this.random.pick(waiting));
    else if (this.random.chance(0.3)) await this.destroy(this.random.pick(answer.value.volumes));
  }

  private async cancel({ agentId, volume }: LedgerVolume): Promise<void> {
    const answer = await this.operator.cancelDestroy({ agentId, ...splitVolumeKey(volume) });
    if (answer.ok) this.deeds.cancels += 1;
  }

  private async destroy({ agentId, volume }: LedgerVolume): Promise<void> {
    const known = this.book.get(`${agentId} ${volume}`);
    const isOpen = known?.life !== 'doomed';
    // Until the answer says otherwise it may be done.
    if (known && isOpen) known.life = 'doubtful';
    const answer = await this.operator.destroyVolume({ agentId, ...splitVolumeKey(volume), whenUnused: chooseTerms(this.random) });
    if (!answer.ok) return;
    const isWaiting = answer.value.volume.state === 'draining';
    this.deeds[isWaiting ? 'waitingDestroys' : 'destroys'] += 1;
    if (known && !isWaiting) known.life = 'doomed';
  }
}
