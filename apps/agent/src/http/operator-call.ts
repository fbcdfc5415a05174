/** A call that cannot be answered; `status` as HTTP has it, the message is a sentence. */
export class CallRefusal extends Error {
  override readonly name = 'CallRefusal';

  constructor(
    readonly status: 400 | 501,
    message: string,
  ) {
    super(message);
  }
}

/** One call of the agent operator API (wire 7.3), as far as it has been read. */
export interface OperatorCall {
  readonly type: string;
  /** The sub-message named like the type; null and absent are the same. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Reads the JSON of a call: unknown fields are ignored, null means unset (wire 5). Throws CallRefusal. */
export function readOperatorCall(bytes: Buffer): OperatorCall {
  const json = parse(bytes);
  const type = json['type'] ?? undefined;
  if (typeof type !== 'string') throw new CallRefusal(400, 'The call has no type.');
  const body = json[type.toLowerCase()] ?? undefined;
  if (body !== undefined && !isObject(body)) throw new CallRefusal(400, `${type.toLowerCase()} must be an object.`);
  return { type, body };
}

/** The sub-message that a call cannot do without. */
export function requiredBody({ type, body }: OperatorCall): Readonly<Record<string, unknown>> {
  if (body === undefined) throw new CallRefusal(400, `${type} needs ${type.toLowerCase()}.`);
  return body;
}

export function requiredText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name] ?? undefined;
  if (typeof value !== 'string') throw new CallRefusal(400, `${name} is missing, or no text.`);
  return value;
}

/** A whole number, 0 or more; also as a text that holds one (wire 5). */
export function optionalNumber(body: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    throw new CallRefusal(400, `${name} must be a whole number, 0 or more.`);
  }
  return number;
}

export function requiredNumber(body: Readonly<Record<string, unknown>>, name: string): number {
  const number = optionalNumber(body, name);
  if (number === undefined) throw new CallRefusal(400, `${name} is missing.`);
  return number;
}

/** `{"nanoseconds":…}`, in milliseconds. */
export function requiredDuration(body: Readonly<Record<string, unknown>>, name: string): number {
  const value = body[name] ?? undefined;
  if (!isObject(value)) throw new CallRefusal(400, `${name} is missing, or no duration.`);
  return requiredNumber(value, 'nanoseconds') / 1e6;
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new CallRefusal(400, 'The body is not JSON.');
  }
  if (!isObject(json)) throw new CallRefusal(400, 'A call is a JSON object.');
  return json;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
