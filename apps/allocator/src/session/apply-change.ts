import { unreachable } from '@holdfast/core/base';
import type { AllocatorBooks, Discrepancy } from '@holdfast/core/fair-share';
import type { BookChange } from '@holdfast/contracts';

/** Enters one change of the master's. Answers what it names that the books do not hold; `nowMs` is when filters begin. */
export function applyChange(books: AllocatorBooks, change: BookChange, nowMs: number): Discrepancy | undefined {
  switch (change.kind) {
    case 'put_agent':
      books.putAgent(change);
      return undefined;
    case 'remove_agent':
      books.removeAgent(change.agentId);
      return undefined;
    case 'set_agent_active':
      books.setAgentActive(change.agentId, change.active);
      return undefined;
    case 'put_framework':
      books.putFramework(change);
      return undefined;
    case 'remove_framework':
      books.removeFramework(change.frameworkId);
      return undefined;
    case 'convert_allocation':
      return books.convertAllocation(change, change.conversions);
    case 'use_resources':
      return books.useResources(change, change.resources);
    case 'convert_total':
      books.convertTotal(change.agentId, change.conversions);
      return undefined;
    case 'resize_copies':
      books.resizeCopies(change.agentId, change.from, change.to);
      return undefined;
    case 'recover_resources':
      return books.recoverResources(change, nowMs);
    case 'revive_roles':
      books.reviveRoles(change.frameworkId, change.roles);
      return undefined;
    case 'suppress_roles':
      books.suppressRoles(change.frameworkId, change.roles);
      return undefined;
    case 'snapshot_complete':
      return undefined;
    default:
      return unreachable(change);
  }
}
