import type { StoreId } from '@holdfast/core/base';
import type {
  FedEntry,
  HolderPage,
  LedgerEntry,
  LedgerTransaction,
  LedgerVolume,
  StorePosition,
  StoreStanding,
  TransactionResult,
  VolumeKey,
} from '@holdfast/core/volumes';

/** A transaction with the number by which its answer is known on the stream. */
export interface NumberedTransaction {
  readonly id: number;
  readonly transaction: LedgerTransaction;
}

export interface ApplyRequest {
  readonly transactions: readonly NumberedTransaction[];
}

export interface ApplyResponse {
  readonly results: readonly { readonly id: number; readonly result: TransactionResult }[];
}

export interface ReadVolumesRequest {
  readonly storeIds: readonly StoreId[];
  readonly volume?: VolumeKey;
}

export interface ReadVolumesResponse {
  readonly volumes: readonly LedgerVolume[];
}

export interface ReadHistoryRequest {
  readonly storeId: StoreId;
  readonly volume?: VolumeKey;
  readonly afterRevision: number;
  readonly limit: number;
}

export interface ReadHistoryResponse {
  readonly entries: readonly LedgerEntry[];
}

export interface ReadHoldersRequest {
  readonly storeId: StoreId;
  readonly volume: VolumeKey;
  readonly from?: string;
  readonly limit: number;
}

export interface ReadHoldersResponse {
  /** Absent: there is no such volume. */
  readonly page?: HolderPage;
}

export interface ReadStoresResponse {
  readonly stores: readonly StoreStanding[];
}

export interface FollowHistoryRequest {
  readonly positions: readonly StorePosition[];
}

export interface FollowHistoryResponse {
  readonly entries: readonly FedEntry[];
}
