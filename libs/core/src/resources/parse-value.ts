import { ok, refused, type Result } from '@holdfast/core/base';
import { toMilli } from './fixed-point';
import type { Range, Value } from './resource';
import { unitsProblem } from './validate-value';

/** A value of the text form: `4`, `0.5`, `[1-2,5-6]`, `{a,b}`; or what is wrong with it, in half a sentence. */
export function parseValue(text: string): Result<Value, string> {
  const trimmed = text.trim();
  if (trimmed === '') return refused("has no value after ':'");
  if (trimmed.startsWith('[')) return bracketed(trimmed, ']', parseRanges);
  if (trimmed.startsWith('{')) return bracketed(trimmed, '}', parseItems);
  return parseScalar(trimmed);
}

function bracketed(text: string, closing: string, parse: (parts: readonly string[]) => Result<Value, string>): Result<Value, string> {
  if (!text.endsWith(closing)) return refused(`'${text}' has no '${closing}' at its end`);
  const inner = text.slice(1, -1).trim();
  return parse(inner === '' ? [] : inner.split(',').map((part) => part.trim()));
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parseScalar(text: string): Result<Value, string> {
  if (!NUMBER.test(text)) return refused(`'${text}' is neither a number like 0.5, nor ranges like [1-2,5-6], nor a set like {a,b}`);
  const problem = unitsProblem(Number(text));
  return problem === undefined ? ok({ kind: 'scalar', milli: toMilli(Number(text)) }) : refused(`the value ${problem}`);
}

const RANGE = /^(\d+)\s*-\s*(\d+)$/;

function parseRanges(parts: readonly string[]): Result<Value, string> {
  const ranges: Range[] = [];
  for (const part of parts) {
    const match = RANGE.exec(part);
    if (!match) return refused(`'${part}' is not a range; expected two whole numbers like 31000-32000`);
    ranges.push({ begin: Number(match[1]), end: Number(match[2]) });
  }
  return ok({ kind: 'ranges', ranges });
}

function parseItems(items: readonly string[]): Result<Value, string> {
  if (items.includes('')) return refused('has an empty item in its set');
  const bracket = items.find((item) => /[[\]{}()]/.test(item));
  return bracket === undefined
    ? ok({ kind: 'set', items })
    : refused(`the item '${bracket}' has a bracket in it; the JSON form can say that`);
}
