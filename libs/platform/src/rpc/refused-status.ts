import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { statusDetailsCodec } from '@holdfast/contracts';
import { type Refusal, refuse, type RefusalDetails } from '@holdfast/core/base';
import { WIRE } from './wire';

/** The standard trailer with a google.rpc.Status. */
const DETAILS_KEY = 'grpc-status-details-bin';

/**
 * Trailers are headers: other gRPC stacks take 8 KiB of them in all, and base64 adds a third. A refusal in a status is cut to
 * fit; one in a message (Accept's results) never is.
 */
const MAX_MESSAGE_CHARS = 1000;
const MAX_DETAILS_BYTES = 4096;

/** What grpc-js sends for a refused call. */
export interface RefusedStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export function refusedStatus(refusal: Refusal): RefusedStatus {
  const code = WIRE[refusal.code];
  const message = statusText(refusal.message);
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, fittingDetails(code, message, refusal));
  return { code, details: message, metadata };
}

/** The refusal that a failed call carries; undefined when it failed for another reason. */
export function refusalOf(error: Partial<ServiceError>, maxMessageBytes: number): Refusal | undefined {
  const bytes = error.metadata?.get(DETAILS_KEY)[0];
  if (bytes instanceof Buffer) {
    const decoded = statusDetailsCodec.decode(bytes);
    if (decoded.ok && decoded.value.refusal) return decoded.value.refusal;
  }
  if (error.code === status.RESOURCE_EXHAUSTED) return tooLarge(error.details ?? '', maxMessageBytes);
  return undefined;
}

/** `grpc-message` is percent-encoded with encodeURI, which throws on half a surrogate pair. */
export const statusText = (text: string): string =>
  (text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text).replace(/\p{Surrogate}/gu, '\uFFFD');

function fittingDetails(code: status, message: string, refusal: Refusal): Buffer {
  const encode = (fitting: Refusal) => statusDetailsCodec.encode({ code, message, refusal: { ...fitting, message } });
  let bytes = encode(refusal);
  let fitting = refusal;
  while (bytes.length > MAX_DETAILS_BYTES) {
    const shorter = withFewerHolders(fitting);
    if (!shorter) return statusDetailsCodec.encode({ code, message });
    fitting = shorter;
    bytes = encode(fitting);
  }
  return bytes;
}

function withFewerHolders(refusal: Refusal): Refusal | undefined {
  if (refusal.code !== 'volume_in_use') return undefined;
  const details = refusal.details as RefusalDetails['volume_in_use'];
  const kept = Math.floor(details.holders.length / 2);
  return kept === 0 ? undefined : { ...refusal, details: { ...details, holders: details.holders.slice(0, kept) } };
}

/** grpc-js refuses what is too large before any handler sees it, in words of its own: `… larger than max (5000000 vs. 4194304)`. */
function tooLarge(text: string, maxMessageBytes: number): Refusal | undefined {
  if (!/larger than/.test(text)) return undefined;
  const limit = /vs\.? (\d+)\)/.exec(text)?.[1];
  return refuse('message_too_large', { limitBytes: limit === undefined ? maxMessageBytes : Number(limit) });
}
