import { closeSync, open, write } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { taskStatusCodec } from '@holdfast/contracts';
import type { Timers } from '@holdfast/core/base';
import { readIfPresent } from '../files';
import type { PendingStatus } from '../updates';
import { endIn, type TaskEnd } from './end-status';
import type { Kill } from './kill';
import { decodeLaunch, encodeLaunch, type LaunchRecord } from './launch-record';

/** What has happened to one launch, in order. */
export type LaunchEvent =
  | { readonly kind: 'status'; readonly status: PendingStatus }
  | { readonly kind: 'acknowledged'; readonly uuid: Uint8Array }
  /** Its command was started at `sinceMs` of the MonotonicClock. */
  | { readonly kind: 'running'; readonly sinceMs: number }
  /** Asked to end. */
  | ({ readonly kind: 'kill' } & Kill)
  /** No process of it is left. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'gone_confirmed' };

export interface JournalContent {
  readonly record: LaunchRecord;
  readonly events: readonly LaunchEvent[];
}

/** For how long an event that may be lost waits for another to be written with. */
const HOLD_BACK_MS = 1000;

/**
 * The file of a launch: what was asked for in the first line, then one line for each event, and between them what its container says of
 * itself: one file, since a file system takes its time to make and remove each. Only ever added to, so that whatever ends the agent, all but
 * the last line are whole.
 */
export class LaunchJournal {
  /** Its descriptor: a FileHandle takes a thread to be closed, which this does not need. */
  private file: number | undefined;
  private waiting = '';
  private heldBack = '';
  private cancelHoldBack: (() => void) | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly timers: Pick<Timers, 'after'>,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  /** Undefined: cut off before the first line was whole. Throws what cannot be understood. */
  static async read(path: string): Promise<JournalContent | undefined> {
    const [first, ...rest] = ((await readIfPresent(path)) ?? '').split('\n');
    if (first === undefined || rest.length === 0) return undefined;
    return { record: decodeLaunch(first), events: rest.map(parse).filter((event) => event !== undefined) };
  }

  /** Begins the file, with these events in it; throws the system's error, and leaves none, if that does not work. */
  async create(record: LaunchRecord, ...events: readonly LaunchEvent[]): Promise<void> {
    const file = await openFile(this.path, 'ax', 0o600);
    try {
      await writeWhole(file, `${encodeLaunch(record)}\n${linesOf(events)}`);
      this.file = file;
    } catch (fault) {
      closeSync(file);
      await unlink(this.path);
      throw fault;
    }
  }

  /**
   * Resolves when the events are written, in the order of the calls. A disk that does not take them is told to `onFault` and costs no
   * status: what matters of it is in memory, and in the container's own log.
   */
  append(...events: readonly LaunchEvent[]): Promise<void> {
    this.waiting += this.takeHeldBack() + linesOf(events);
    return (this.writing ??= this.writeAll());
  }

  /**
   * For an event of which the next agent hears again if this one is lost with the agent: written in front of the next, and by itself only if
   * none comes within a second.
   */
  appendLater(event: LaunchEvent): void {
    this.heldBack += linesOf([event]);
    this.cancelHoldBack ??= this.timers.after(HOLD_BACK_MS, () => void this.append());
  }

  /** Closes the file, once nothing waits to be written. */
  async close(): Promise<void> {
    if (this.heldBack !== '') void this.append();
    await this.discard();
  }

  /** As `close`, for a file that is about to be removed: what was held back is not written any more. */
  async discard(): Promise<void> {
    this.takeHeldBack();
    await this.writing;
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private takeHeldBack(): string {
    this.cancelHoldBack?.();
    this.cancelHoldBack = undefined;
    const text = this.heldBack;
    this.heldBack = '';
    return text;
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting !== '') {
        this.file ??= await openFile(this.path, 'a', 0o600);
        const text = this.waiting;
        this.waiting = '';
        await writeWhole(this.file, text);
      }
    } catch (fault) {
      this.waiting = '';
      this.onFault(fault);
    } finally {
      this.writing = undefined;
    }
  }
}

const openFile = promisify(open);
const writeTo = promisify(write);

/** A disk that fills up may take a part before it refuses the rest. */
async function writeWhole(file: number, text: string): Promise<void> {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray((await writeTo(file, rest)).bytesWritten);
}

/** The line end in front parts an event from the rest of one that a full disk cut off. */
const linesOf = (events: readonly LaunchEvent[]): string => events.map((event) => `\n${JSON.stringify(toJson(event))}\n`).join('');

type Json =
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'acknowledged'; readonly uuid: string }
  | ({ readonly kind: 'kill'; readonly end?: string } & Omit<Kill, 'end'>)
  | Exclude<LaunchEvent, { kind: 'status' | 'acknowledged' | 'kill' }>;

function toJson(event: LaunchEvent): Json {
  switch (event.kind) {
    case 'status':
      return { kind: 'status', status: taskStatusCodec.encode(event.status).toString('base64') };
    case 'acknowledged':
      return { kind: 'acknowledged', uuid: Buffer.from(event.uuid).toString('hex') };
    case 'kill': {
      const { end, ...kill } = event;
      return { ...kill, ...(end && { end: encodeEnd(end) }) };
    }
    default:
      return event;
  }
}

/** Undefined: an empty line, what was cut off, or a word of the container. */
function parse(line: string): LaunchEvent | undefined {
  const json = jsonIn(line);
  switch (json?.kind) {
    case undefined:
      return undefined;
    case 'status': {
      const status = taskStatusCodec.decode(Buffer.from(json.status, 'base64'));
      if (!status.ok || status.value.uuid === undefined) return undefined;
      return { kind: 'status', status: { ...status.value, uuid: status.value.uuid } };
    }
    case 'acknowledged':
      return { kind: 'acknowledged', uuid: Buffer.from(json.uuid, 'hex') };
    case 'kill': {
      const { end, ...kill } = json;
      const decoded = end === undefined ? undefined : decodeEnd(end);
      return { ...kill, ...(decoded && { end: decoded }) };
    }
    default:
      return json;
  }
}

function jsonIn(line: string): Json | undefined {
  try {
    const json = JSON.parse(line) as Json | null;
    return json !== null && typeof json === 'object' && 'kind' in json ? json : undefined;
  } catch {
    return undefined;
  }
}

/** As the status that will tell it. */
const encodeEnd = (end: TaskEnd): string => taskStatusCodec.encode({ ...end, taskId: 't', timestampMs: 0 }).toString('base64');

function decodeEnd(text: string): TaskEnd | undefined {
  const decoded = taskStatusCodec.decode(Buffer.from(text, 'base64'));
  return decoded.ok ? endIn(decoded.value) : undefined;
}
