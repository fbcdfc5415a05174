import { idProblem } from '@holdfast/core/resources';
import { malformed, required } from './edge';

interface WireId {
  value?: string | undefined;
}

/** What nearly every id looks like; telling so costs a tenth of the full check. */
const ORDINARY = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/;

function checked(id: string, field: string): string {
  if (ORDINARY.test(id)) return id;
  const problem = idProblem(id);
  return problem === undefined ? id : malformed(field, problem);
}

/** An id that stands as a plain string; ids become names of folders and parts of keys, hence A-054. */
export const readIdText = (text: string | undefined, field: string): string => checked(required(text, field), field);

export const readOptionalIdText = (text: string | undefined, field: string): string | undefined =>
  text === undefined ? undefined : checked(text, field);

/** An id in its own message, as an element of a list. */
export const readIdMessage = (wire: WireId): string => checked(required(wire.value, 'value'), 'value');

/** An id in its own message. */
export function readId(wire: WireId | undefined, field: string): string {
  const id = required(wire, field).value;
  if (id !== undefined && ORDINARY.test(id)) return id;
  return checked(required(id, `${field}.value`), `${field}.value`);
}

export const readOptionalId = (wire: WireId | undefined, field: string): string | undefined =>
  wire === undefined ? undefined : readId(wire, field);

export const writeId = (id: string): { value: string } => ({ value: id });

export const writeOptionalId = (id: string | undefined): { value: string } | undefined => (id === undefined ? undefined : { value: id });
