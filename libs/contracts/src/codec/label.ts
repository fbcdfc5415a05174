import type { Label } from '@holdfast/core/resources';
import type { Label as WireLabel, Labels as WireLabels } from '../gen/holdfast/v1/label';
import { readEach, required } from './edge';

function readLabel(wire: WireLabel): Label {
  const key = required(wire.key, 'key');
  return wire.value === undefined ? { key } : { key, value: wire.value };
}

/** None and an empty list are the same. */
export const readLabels = (wire: WireLabels | undefined, field: string): Label[] =>
  wire === undefined ? [] : readEach(wire.labels, `${field}.labels`, readLabel);

export const writeLabels = (labels: readonly Label[] | undefined): WireLabels | undefined =>
  labels === undefined || labels.length === 0 ? undefined : { labels: labels.map(({ key, value }) => ({ key, value })) };
