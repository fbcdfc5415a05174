import { setTimeout as pause } from 'node:timers/promises';
import { ADVICE, type Refusal } from '@holdfast/core/base';
import type { LedgerVolume, VolumeKey } from '@holdfast/core/volumes';
import type { VolumeName } from '@holdfast/contracts';
import { RpcFault } from '@holdfast/platform/rpc';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../../context';
import { CommandFailed, EXIT } from '../../exit-code';
import { plainVolume } from '../../output';
import { describeHolders } from './describe-volume';
import { destroyStage } from './destroy-stage';
import { followChanges } from './follow-changes';

export interface Awaited {
  readonly name: VolumeName;
  readonly key: VolumeKey;
  /** As it was when the destroy was decided. */
  readonly volume: LedgerVolume;
  readonly isJson: boolean;
}

/** How long until a read that failed in passing is tried again. */
const LOOK_AGAIN_MS = 1000;

/**
 * Shows how a destroy goes on, and returns when the volume is gone. Ends the command with 1 when it was taken back, with 130 on Ctrl-C;
 * the destroy then goes on without it. What is shown is read from the ledger; the watch only says when to look.
 */
export async function awaitDestroyed(context: CliContext, operator: Operator, awaited: Awaited): Promise<void> {
  const { terminal, signal } = context;
  const { name, key, volume: first, isJson } = awaited;
  const done = new AbortController();
  const ending = AbortSignal.any([signal, done.signal]);
  const bell = createBell();
  let shown = '';
  const show = (volume: LedgerVolume) => {
    const line = isJson ? JSON.stringify(plainVolume(volume)) : progressLine(key, volume);
    if (line !== shown) terminal.say(line);
    shown = line;
  };

  show(first);
  const following = followChanges(
    { open: (query) => operator.watchVolumes(query), query: { ...name, after: [] }, positions: new Map(), hasAnswered: true },
    {
      onAnswer: () => bell.ring(),
      onLost: (why) => terminal.complain(`${why} It is asked again until it answers; the destroy goes on.`),
      onBack: () => terminal.complain('The master answers again.'),
    },
    ending,
  );
  const cut = following.then((reason) => {
    if (!ending.aborted) throw endOf(reason, key);
  });

  try {
    for (let latest = first; ;) {
      await Promise.race([bell.next(ending), cut]);
      if (signal.aborted) throw new CommandFailed(EXIT.interrupted, `Stopped waiting; the destroy of ${key} goes on without this command.`);
      const found = await look(operator, name);
      if (found === 'unknown') {
        void pause(LOOK_AGAIN_MS, undefined, { signal: ending }).then(bell.ring, () => undefined);
        continue;
      }
      const stage = destroyStage(found, first.generation);
      if (stage === 'gone') return show({ ...latest, state: 'gone', holders: [] });
      if (found !== undefined) show((latest = found));
      if (stage === 'taken_back') throw new CommandFailed(EXIT.refused, await whyTakenBack(operator, awaited));
    }
  } finally {
    done.abort();
    await cut.catch(() => undefined);
  }
}

function progressLine(key: VolumeKey, volume: LedgerVolume): string {
  if (volume.state === 'draining') return `${key} waits for ${describeHolders(volume.holders)}.`;
  if (volume.state === 'destroying') return `${key} is being destroyed: nobody holds it, and its agent deletes the data.`;
  return `${key} is ${volume.state}.`;
}

/** The volume as it is; undefined: there is none any more; `unknown`: nobody could say just now. */
async function look(operator: Operator, name: VolumeName): Promise<LedgerVolume | 'unknown' | undefined> {
  try {
    const answer = await operator.volume(name);
    if (answer.ok) return answer.value.volume;
    if (answer.refusal.code === 'volume_not_found') return undefined;
    if (ADVICE[answer.refusal.code] === 'retry_later' || answer.refusal.code === 'agent_unknown') return 'unknown';
    throw refusedToSay(answer.refusal);
  } catch (error) {
    if (error instanceof RpcFault && (error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED')) return 'unknown';
    throw error;
  }
}

const refusedToSay = ({ code, message }: Refusal): CommandFailed =>
  new CommandFailed(EXIT.refused, `The destroy goes on, but it cannot be told how: ${message} (${code})`);

function endOf(reason: Refusal | RpcFault | undefined, key: VolumeKey): Error {
  if (reason instanceof RpcFault) return reason;
  return reason === undefined ? new Error(`The watch of ${key} ended without a reason.`) : refusedToSay(reason);
}

/** The history knows who took it back and why. */
async function whyTakenBack(operator: Operator, { name, key, volume }: Awaited): Promise<string> {
  const answer = await operator.history({ ...name, afterRevision: volume.revision, limit: 1000 }).catch(() => undefined);
  const entries = answer?.ok ? answer.value.entries : [];
  const entry = entries.findLast(({ change, generation }) => change === 'destroy_cancelled' && generation === volume.generation);
  const by = entry?.by === undefined ? '' : ` by ${entry.by}`;
  const cause = entry?.cause === undefined ? '' : ` (cause: ${entry.cause})`;
  return `The destroy of ${key} was taken back${by}${cause}; the volume is not destroyed.`;
}

/** Rings once for whatever has happened since the last look. */
function createBell(): { readonly ring: () => void; next(signal: AbortSignal): Promise<void> } {
  let hasRung = false;
  let wake: () => void = () => undefined;
  return {
    ring() {
      hasRung = true;
      wake();
    },
    next: (signal) =>
      new Promise((resolve) => {
        const wakeUp = () => {
          signal.removeEventListener('abort', wakeUp);
          wake = () => undefined;
          hasRung = false;
          resolve();
        };
        wake = wakeUp;
        signal.addEventListener('abort', wakeUp, { once: true });
        if (hasRung || signal.aborted) wakeUp();
      }),
  };
}
