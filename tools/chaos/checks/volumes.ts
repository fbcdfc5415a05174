import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadyInfo } from '@holdfast/testing/cluster';
import type { LedgerVolume } from '@holdfast/core/volumes';
import { inWords, volumeName, type KnownVolume, type VolumeBook } from '../load/volume-book';
import { violation, type Violation } from './violation';

export interface VolumeCheck {
  readonly book: VolumeBook;
  readonly ready: ReadyInfo;
  readonly volumes: readonly LedgerVolume[];
  /** Redis has lost writes since the last check: what was granted and not yet done may be forgotten. */
  readonly hasLostWrites: boolean;
}

/** Every volume that the answers promise is there with its data, every granted DESTROY has ended, and there is none that nobody asked for. */
export function compareVolumes({ book, ready, volumes, hasLostWrites }: VolumeCheck): readonly Violation[] {
  const listed = new Map(volumes.map((volume) => [`${volume.agentId} ${volume.volume}`, volume]));
  const problems = book.all().flatMap((known) => {
    const inLedger = listed.get(volumeName(known));
    const dir = directoryOf(ready, known);
    if (known.life === 'exists') return problemsOfExisting(known, inLedger, dir);
    const isLeft = inLedger !== undefined || existsSync(dir);
    if (known.life === 'doomed' && isLeft && !hasLostWrites)
      return [
        violation(
          'destroy not carried out',
          `DESTROY of ${inWords(known)} was granted, but ${whatIsLeft(inLedger, dir)}`,
          volumeName(known),
        ),
      ];
    if (inLedger?.state === 'ready' && !existsSync(dir))
      return [violation('volume lost', `${inWords(known)} is ready in the ledger, but ${dir} is not there`)];
    return [];
  });
  const unasked = [...listed.keys()]
    .filter((name) => !book.get(name))
    .map((name) => violation('volume from nowhere', `${name}: no CREATE of it was granted`));
  return [...problems, ...unasked];
}

/** Called once everything is in order: what was open is settled by what is there. */
export function settleBook({ book, ready, volumes }: VolumeCheck): void {
  const listed = new Map(volumes.map((volume) => [`${volume.agentId} ${volume.volume}`, volume]));
  for (const known of book.all()) {
    const inLedger = listed.get(volumeName(known));
    if (!inLedger && !existsSync(directoryOf(ready, known))) book.forget(known);
    else if (inLedger?.state === 'ready') known.life = 'exists';
  }
}

function problemsOfExisting(known: KnownVolume, inLedger: LedgerVolume | undefined, dir: string): readonly Violation[] {
  const lost = (why: string) => [violation('volume lost', `${inWords(known)} exists by the answers given, ${why}`, volumeName(known))];
  if (!inLedger) return lost('and the ledger does not have it');
  if (inLedger.state !== 'ready') return lost(`and is ${inLedger.state} in the ledger`);
  if (!existsSync(dir)) return lost(`but ${dir} is not there`);
  if (!known.isWritten) return [];
  const token = readIfThere(join(dir, 'token'));
  return token === known.token
    ? []
    : [
        violation(
          'data lost',
          `${inWords(known)}: its token file holds ${token === undefined ? 'nothing' : `'${token}'`}`,
          volumeName(known),
        ),
      ];
}

const whatIsLeft = (inLedger: LedgerVolume | undefined, dir: string): string =>
  [...(inLedger ? [`the ledger has it ${inLedger.state}`] : []), ...(existsSync(dir) ? [`${dir} is there`] : [])].join(', and ');

function directoryOf(ready: ReadyInfo, { agentId, role, id }: KnownVolume): string {
  const agent = ready.agents.find((candidate) => candidate.id === agentId);
  return join(agent?.workDir ?? '/nowhere', 'volumes/roles', role, id);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
