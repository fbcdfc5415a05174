/** What the bare parts say to one another: a header, and padding to the size that the real message has. */
export type Kind = 'offer' | 'run' | 'running' | 'finished' | 'acknowledged' | 'recovered' | 'ledger';

const KINDS: readonly Kind[] = ['offer', 'run', 'running', 'finished', 'acknowledged', 'recovered', 'ledger'];
const HEADER_BYTES = 16;

export interface BareMessage {
  readonly kind: Kind;
  /** Which agent it is about. */
  readonly agent: number;
  /** How many tasks or offers it stands for. */
  readonly count: number;
  /** For answers. */
  readonly id: number;
}

export function pack({ kind, agent, count, id }: BareMessage, bytesPerItem: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + count * bytesPerItem);
  bytes.writeUInt32LE(KINDS.indexOf(kind), 0);
  bytes.writeUInt32LE(agent, 4);
  bytes.writeUInt32LE(count, 8);
  bytes.writeUInt32LE(id, 12);
  return bytes;
}

export const unpack = (bytes: Buffer): BareMessage => ({
  kind: KINDS[bytes.readUInt32LE(0)] ?? 'offer',
  agent: bytes.readUInt32LE(4),
  count: bytes.readUInt32LE(8),
  id: bytes.readUInt32LE(12),
});

/** How large the real messages are, per task or offer, in bytes; measured with the real codecs. */
export interface Sizes {
  readonly offer: number;
  readonly task: number;
  readonly update: number;
  readonly acknowledgement: number;
  readonly change: number;
  readonly ledgerUnit: number;
}
