import {
  AllocateRequest as WireAllocateRequest,
  AllocateResponse as WireAllocateResponse,
  type Allocation as WireAllocation,
} from '../gen/holdfast/internal/v1/allocator';
import type { AllocateRequest, AllocateResponse, Allocation } from '../messages';
import { readBookChange, writeBookChange } from './book-change';
import { defineCodec, readEach, required } from './edge';
import { readId, writeId } from './ids';
import { readCount, writeCount } from './numbers';
import { readResources, writeCopies } from './resource';

export const allocateRequestCodec = defineCodec(
  WireAllocateRequest,
  ({ number, changes }: AllocateRequest) => ({ number: writeCount(number), changes: changes.map(writeBookChange) }),
  (wire): AllocateRequest => ({ number: readCount(wire.number, 'number'), changes: readEach(wire.changes, 'changes', readBookChange) }),
);

const readAllocation = (wire: WireAllocation): Allocation => ({
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  agentId: readId(wire.agentId, 'agent_id'),
  role: required(wire.role, 'role'),
  resources: readResources(wire.resources, 'resources'),
});

const writeAllocation = ({ frameworkId, agentId, role, resources }: Allocation): WireAllocation => ({
  frameworkId: writeId(frameworkId),
  agentId: writeId(agentId),
  role,
  resources: writeCopies(resources),
});

export const allocateResponseCodec = defineCodec(
  WireAllocateResponse,
  ({ number, seenRequest, allocations, traceParent }: AllocateResponse) => ({
    number: writeCount(number),
    seenRequest: writeCount(seenRequest),
    allocations: allocations.map(writeAllocation),
    traceParent,
  }),
  (wire): AllocateResponse => ({
    number: readCount(wire.number, 'number'),
    seenRequest: readCount(wire.seenRequest, 'seen_request'),
    allocations: readEach(wire.allocations, 'allocations', readAllocation),
    ...(wire.traceParent !== undefined && { traceParent: wire.traceParent }),
  }),
);
