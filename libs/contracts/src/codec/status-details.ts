import type { StatusDetails } from '../messages';
import { StatusDetails as WireStatusDetails } from '../gen/holdfast/internal/v1/status_details';
import { Refusal as WireRefusal } from '../gen/holdfast/v1/refusal';
import { defineCodec, readBytes, readPart, writeBytes } from './edge';
import { readRefusal, writeRefusal } from './refusal';

const REFUSAL_TYPE = 'type.googleapis.com/holdfast.v1.Refusal';

function readStatusDetails(wire: WireStatusDetails): StatusDetails {
  const ours = wire.details.find(({ typeUrl }) => typeUrl === REFUSAL_TYPE);
  const refusal = ours && readPart(ours.value, 'details', (bytes) => readRefusal(readBytes(WireRefusal, bytes)));
  // proto3 leaves out zero and the empty text.
  return { code: wire.code ?? 0, message: wire.message ?? '', ...(refusal && { refusal }) };
}

const writeStatusDetails = ({ code, message, refusal }: StatusDetails): WireStatusDetails => ({
  code,
  message,
  details: refusal ? [{ typeUrl: REFUSAL_TYPE, value: writeBytes(WireRefusal, writeRefusal(refusal)) }] : [],
});

/** The content of the trailer `grpc-status-details-bin`. */
export const statusDetailsCodec = defineCodec(WireStatusDetails, writeStatusDetails, readStatusDetails);
