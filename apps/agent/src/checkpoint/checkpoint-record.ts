import type { FrameworkId, OperationId, OperationUuid } from '@holdfast/core/base';
import type { OperationState } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import { checksum } from '../files';
import { readResources, writeResources } from '../resources';

/** What an agent must remember of its resources. */
export interface CheckpointRecord {
  /** Dynamic reservations and persistent volumes (B-140), each volume once. */
  readonly resources: Resources;
  /** Volumes among them whose data is being deleted: no task may see them any more, whatever happens to the deletion. */
  readonly destroying: ReadonlySet<VolumeKey>;
  /** What became of operations, until their frameworks have acknowledged it (D-094). */
  readonly outcomes: readonly OperationOutcome[];
  /** The DESTROY whose data is being deleted, if its framework wants to hear of it. */
  readonly unfinished?: UnfinishedOperation;
}

/** An operation whose framework wants to hear what became of it. */
export interface TrackedOperation {
  readonly operationUuid: OperationUuid;
  readonly frameworkId: FrameworkId;
  readonly operationId: OperationId;
}

/** A framework names an operation once; the master may send it again under another uuid. */
export const isSameOperation = (a: TrackedOperation, b: TrackedOperation): boolean =>
  a.frameworkId === b.frameworkId && a.operationId === b.operationId;

export interface UnfinishedOperation extends TrackedOperation {
  /** What it makes. */
  readonly converted: Resources;
}

export interface OperationOutcome extends TrackedOperation {
  readonly state: OperationState;
  readonly message?: string;
  readonly converted?: Resources;
  /** Of the status that is to be acknowledged. 16 bytes. */
  readonly uuid: Uint8Array;
}

interface Json {
  readonly format: number;
  readonly resources: readonly string[];
  readonly destroying: readonly VolumeKey[];
  readonly outcomes?: readonly OutcomeJson[];
  readonly unfinished?: Omit<UnfinishedOperation, 'converted'> & { readonly converted: readonly string[] };
}

type OutcomeJson = Omit<OperationOutcome, 'converted' | 'uuid'> & { readonly converted?: readonly string[]; readonly uuid: string };

/** Grows when older agents could not read what newer ones write. Without anything of operations a record is what the first agents wrote. */
const FORMAT = 2;
const FORMAT_WITHOUT_OPERATIONS = 1;

/** One line with the checksum of the second, which holds the record. */
export function encodeRecord({ resources, destroying, outcomes, unfinished }: CheckpointRecord): string {
  const hasOperations = outcomes.length > 0 || unfinished !== undefined;
  const json: Json = {
    format: hasOperations ? FORMAT : FORMAT_WITHOUT_OPERATIONS,
    resources: writeResources(resources),
    destroying: [...destroying],
    ...(hasOperations && { outcomes: outcomes.map(outcomeJson) }),
    ...(unfinished && { unfinished: { ...unfinished, converted: writeResources(unfinished.converted) } }),
  };
  const content = JSON.stringify(json);
  return `${checksum(content)}\n${content}\n`;
}

/** Undefined: not whole, as a crash leaves it. A whole one of a format that we do not know is told apart, since it may not be dropped. */
export function decodeRecord(text: string): CheckpointRecord | 'unknown_format' | undefined {
  const [sum, content, ...rest] = text.split('\n');
  if (content === undefined || rest.length !== 1 || rest[0] !== '' || sum !== checksum(content)) return undefined;
  const json = JSON.parse(content) as Json;
  return (json.format === FORMAT || json.format === FORMAT_WITHOUT_OPERATIONS ? recordOf(json) : undefined) ?? 'unknown_format';
}

function recordOf(json: Json): CheckpointRecord | undefined {
  const resources = readResources(json.resources);
  const outcomes = (json.outcomes ?? []).map(outcomeOf);
  const converted = json.unfinished && readResources(json.unfinished.converted);
  if (!resources || outcomes.includes(undefined) || (json.unfinished && !converted)) return undefined;
  return {
    resources,
    destroying: new Set(json.destroying),
    outcomes: outcomes.filter((outcome) => outcome !== undefined),
    ...(json.unfinished && converted && { unfinished: { ...json.unfinished, converted } }),
  };
}

function outcomeJson({ converted, uuid, ...rest }: OperationOutcome): OutcomeJson {
  return { ...rest, uuid: Buffer.from(uuid).toString('hex'), ...(converted && { converted: writeResources(converted) }) };
}

function outcomeOf({ converted: texts, uuid, ...rest }: OutcomeJson): OperationOutcome | undefined {
  const converted = texts && readResources(texts);
  if (texts && !converted) return undefined;
  return { ...rest, uuid: Buffer.from(uuid, 'hex'), ...(converted && { converted }) };
}
