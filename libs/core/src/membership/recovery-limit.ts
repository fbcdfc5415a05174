/**
 * Whether a master that was restarted may mark the agents unreachable that have not come back, or had better end: when too many are missing
 * at once, something other than the agents is wrong (D-074). `admitted`: all that it waited for, in number; `limitPercent`: of these, from 0
 * to 100.
 */
export const mayRemoveRecovered = (missing: number, admitted: number, limitPercent: number): boolean =>
  missing === 0 || (missing / admitted) * 100 <= limitPercent;
