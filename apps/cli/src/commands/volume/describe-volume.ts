import type { Holder } from '@holdfast/core/base';
import type { Drain, LedgerVolume } from '@holdfast/core/volumes';
import type { CliContext } from '../../context';
import { describeDuration } from '../../duration';
import { isoTime, plainHolder, plainVolume, table } from '../../output';

/** What `volume show` says of a volume, above its holders. */
export function describeVolume(found: LedgerVolume, nowMs: number): string {
  const volume = plainVolume(found);
  return inRows([
    ['volume', found.volume],
    ['agent', volume.agentId],
    ['size', `${volume.sizeMb} MB`],
    ['shared', volume.shared ? 'yes' : 'no'],
    ['state', volume.state],
    ['generation', volume.generation],
    ['created', `${volume.createdAt}${volume.creator.frameworkId === undefined ? '' : ` by framework ${volume.creator.frameworkId}`}`],
    ['holders', volume.holders.length],
    ...(found.drain === undefined ? [] : drainRows(found, found.drain, nowMs)),
  ]);
}

/** Who asked for a destroy that waits, and how it goes on. */
export const describeDrain = (found: LedgerVolume, drain: Drain, nowMs: number): string => inRows(drainRows(found, drain, nowMs));

function drainRows({ state, holders }: LedgerVolume, drain: Drain, nowMs: number): readonly Row[] {
  const asked: Row = ['destroy', `when unused, asked for at ${isoTime(drain.sinceMs)} by ${requester(drain)}`];
  if (state !== 'draining') return [asked];
  const admits = drain.admitsReaders ? 'new readers are admitted, new writers are not' : 'no new ones are admitted';
  return [asked, ['waits for', `${count(holders.length, 'holder')}; ${admits}`], ['deadline', deadline(drain, nowMs)]];
}

function deadline({ deadlineAtMs, onDeadline }: Drain, nowMs: number): string {
  if (deadlineAtMs === undefined) return 'none: it waits as long as it takes';
  const leftMs = deadlineAtMs - nowMs;
  const when = leftMs > 0 ? `in ${describeDuration(leftMs)}` : 'passed';
  const then = onDeadline === 'kill' ? 'the tasks that still hold it are killed' : 'the destroy is taken back if anybody still holds it';
  return `${isoTime(deadlineAtMs)} (${when}): then ${then}`;
}

function requester({ requester: { principal, frameworkId } }: Drain): string {
  const framework = frameworkId === undefined ? '' : `framework ${frameworkId}`;
  if (principal === undefined) return framework || 'an operator who was not asked for a name';
  return framework === '' ? principal : `${principal} (${framework})`;
}

/** `writer of f-1 (RW, running)` */
export const describeHolder = ({ taskId, frameworkId, mode, state }: Holder): string => `${taskId} of ${frameworkId} (${mode}, ${state})`;

const NAMED_AT_MOST = 5;

/** `2 holders: writer of f-1 (RW, running), reader of f-1 (RO, ending)` */
export function describeHolders(holders: readonly Holder[]): string {
  const named = holders.slice(0, NAMED_AT_MOST).map(describeHolder).join(', ');
  const more = holders.length - NAMED_AT_MOST;
  return `${count(holders.length, 'holder')}${named === '' ? '' : ': '}${named}${more > 0 ? ` and ${more} more` : ''}`;
}

export const holderTable = ({ terminal }: CliContext, holders: readonly Holder[]): string =>
  table(
    terminal,
    holders.map(plainHolder),
    [
      ['task', (holder) => holder.taskId],
      ['framework', (holder) => holder.frameworkId],
      ['agent', (holder) => holder.agentId],
      ['mode', (holder) => holder.mode],
      ['state', (holder) => holder.state],
      ['since', (holder) => holder.since],
    ],
    'Nobody holds it.',
  );

export const count = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? '' : 's'}`;

type Row = readonly [name: string, value: string | number];

const inRows = (rows: readonly Row[]): string => rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n');
