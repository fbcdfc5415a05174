import type { AccessMode, PersistenceId, Principal, Role } from '@holdfast/core/base';

/** Inclusive at both ends. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Scalars are fixed point: thousandths, as an integer (B-005). */
export type Value =
  | { readonly kind: 'scalar'; readonly milli: number }
  | { readonly kind: 'ranges'; readonly ranges: readonly Range[] }
  | { readonly kind: 'set'; readonly items: readonly string[] };

export interface Label {
  readonly key: string;
  readonly value?: string;
}

export interface Reservation {
  readonly type: 'static' | 'dynamic';
  readonly role: Role;
  readonly principal?: Principal;
  readonly labels?: readonly Label[];
}

/** Where and how a volume appears to a task; not part of a volume's identity. */
export interface VolumeMount {
  readonly containerPath: string;
  readonly mode: AccessMode;
  readonly hostPath?: string;
}

export interface DiskSource {
  readonly type: 'PATH' | 'MOUNT' | 'BLOCK' | 'RAW';
  readonly root?: string;
  readonly id?: string;
  readonly vendor?: string;
  readonly profile?: string;
  readonly metadata?: readonly Label[];
}

export interface Disk {
  readonly source?: DiskSource;
  readonly persistence?: { readonly id: PersistenceId; readonly principal?: Principal };
  readonly volume?: VolumeMount;
}

/** Something an agent has. One object is one copy. */
export interface Resource {
  readonly name: string;
  readonly value: Value;
  /** The stack, oldest first; empty is unreserved (B-001, B-002). */
  readonly reservations: readonly Reservation[];
  /** The role it is allocated to, while it is offered or used. */
  readonly allocationRole?: Role;
  readonly disk?: Disk;
  readonly shared: boolean;
  readonly revocable: boolean;
  readonly providerId?: string;
}
