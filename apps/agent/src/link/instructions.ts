import type { OperationUuid, Result } from '@holdfast/core/base';
import type { AgentMessage } from '@holdfast/contracts';
import type { ResourceOperation } from '@holdfast/core/offers';
import type { Logger } from '@holdfast/platform/process';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { Checkpoint } from '../checkpoint';
import type { ResourceOperations } from '../operations';
import type { Fence } from '../store';
import type { TaskKeeper } from '../tasks';
import { Lane } from './lane';
import type { Instruction } from './master-link';

export interface InstructionDeps {
  readonly checkpoint: Pick<Checkpoint, 'resources' | 'destroying'>;
  readonly operations: Pick<ResourceOperations, 'deletionsDone' | 'begin' | 'creationFailure'>;
  readonly tasks: Pick<TaskKeeper, 'receive' | 'begin' | 'abandon' | 'kill' | 'acknowledge' | 'shutdownFramework' | 'confirmGone'>;
  readonly fence: Pick<Fence, 'learnRevision'>;
  readonly log: Logger;
  readonly send: (message: AgentMessage) => void;
  /** What went wrong is not known to have changed nothing: the agent must end. */
  readonly onBroken: (fault: unknown) => void;
}

type ApplyOperation = Extract<Instruction, { kind: 'apply_operation' }>;
type RunTask = Extract<Instruction, { kind: 'run_task' }>;

/**
 * Carries out what the master says. Operations and launches take effect in the order in which they come, as those of one ACCEPT build on
 * one another; kills and confirmations do not wait for them.
 */
export class Instructions {
  private readonly lane: Lane;
  private era = new Era();

  constructor(private readonly deps: InstructionDeps) {
    this.lane = new Lane(deps.onBroken);
  }

  carryOut(instruction: Instruction): void {
    const { tasks, fence } = this.deps;
    switch (instruction.kind) {
      case 'apply_operation':
        fence.learnRevision(instruction.ledgerRevision);
        return this.applyInTurn(this.era, instruction);
      case 'run_task':
        fence.learnRevision(instruction.ledgerRevision);
        return this.run(this.era, instruction);
      case 'kill_task':
        return tasks.kill(instruction.frameworkId, instruction.taskId, instruction.graceMs);
      case 'acknowledge_update':
        return tasks.acknowledge(instruction.frameworkId, instruction.taskId, instruction.uuid);
      case 'shutdown_framework':
        return tasks.shutdownFramework(instruction.frameworkId);
      case 'task_gone_confirmed':
        return tasks.confirmGone(instruction);
    }
  }

  /**
   * The stream over which they came is over. What has not been begun never is: the report over the next stream goes out without it, and a
   * report is what a master goes by.
   */
  abandon(): void {
    this.era.end();
    this.era = new Era();
  }

  /** Resolves when everything begun has taken effect; only data may still be being deleted. */
  settled(): Promise<void> {
    return this.lane.settled();
  }

  private applyInTurn(era: Era, operation: ApplyOperation): void {
    this.lane.run(() => this.apply(era, operation));
  }

  private async apply(era: Era, { operation, operationUuid, ledgerRevision, traceParent }: ApplyOperation): Promise<void> {
    if (!isResourceOperation(operation)) {
      this.deps.log.error({ operationUuid, type: operation.type }, 'an operation that is not for agents is not carried out');
      return;
    }
    // Operations might build on the room that is being freed; launches do not, unless they stand behind an operation that does.
    await Promise.race([this.deps.operations.deletionsDone(), era.over]);
    if (era.isOver) return;
    const attributes = { [ATTR.operationKind]: operation.type, [ATTR.ledgerRevision]: ledgerRevision };
    const options = traceParent === undefined ? {} : { traceParent };
    const { outcome } = await withSpan('apply operation', attributes, () => this.deps.operations.begin(operation), options);
    // Not waited for: the data of a volume may take long to delete.
    outcome.then((result) => this.answer(operationUuid, result), this.deps.onBroken);
  }

  private answer(operationUuid: OperationUuid, result: Result<void>): void {
    if (!result.ok) this.deps.log.warn({ operationUuid, refusal: result.refusal.message }, 'an operation was refused');
    this.deps.send({ kind: 'operation_outcome', operationUuid, ...(!result.ok && { refusal: result.refusal }) });
  }

  private run(era: Era, task: RunTask): void {
    const { tasks, checkpoint, operations, onBroken } = this.deps;
    const launch = tasks.receive(task);
    if (!launch) return;
    this.lane.run(() => {
      if (era.isOver) return tasks.abandon(launch);
      const known = {
        checkpointed: checkpoint.resources,
        destroying: checkpoint.destroying,
        creationFailure: (volume: string) => operations.creationFailure(volume),
      };
      tasks.begin(launch, known, task.traceParent).catch(onBroken);
    });
  }
}

const isResourceOperation = (operation: ApplyOperation['operation']): operation is ResourceOperation =>
  operation.type === 'RESERVE' || operation.type === 'UNRESERVE' || operation.type === 'CREATE' || operation.type === 'DESTROY';

/** From one registration to the loss of its stream. */
class Era {
  isOver = false;
  private finish!: () => void;
  readonly over = new Promise<void>((resolve) => (this.finish = resolve));

  end(): void {
    this.isOver = true;
    this.finish();
  }
}
