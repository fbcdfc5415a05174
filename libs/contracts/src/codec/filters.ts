import type { Filters as WireFilters } from '../gen/holdfast/v1/quantity';
import type { Filters } from '../messages';

const LONGEST_SECONDS = 31_536_000;

/** Negative and not a number: as if it were absent; above 365 days: 365 days (C-050). */
export function readFilters(wire: WireFilters | undefined): Filters {
  const seconds = wire?.refuseSeconds;
  if (seconds === undefined || Number.isNaN(seconds) || seconds < 0) return {};
  const refuseMs = Math.round(Math.min(seconds, LONGEST_SECONDS) * 1000);
  // Zero means no filter at all; a short one stays a filter.
  return { refuseMs: refuseMs === 0 && seconds > 0 ? 1 : refuseMs };
}

export const writeFilters = ({ refuseMs }: Filters): WireFilters | undefined =>
  refuseMs === undefined ? undefined : { refuseSeconds: refuseMs / 1000 };
