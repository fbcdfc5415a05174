import type { OperationUuid, Result } from '@holdfast/core/base';
import type { AgentInspection } from '@holdfast/core/verification';
import type { AgentMessage } from '@holdfast/contracts';
import type { Logger } from '@holdfast/platform/process';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { Checkpoint, TrackedOperation } from '../checkpoint';
import type { OperationFeedback, ResourceOperations } from '../operations';
import type { Fence } from '../store';
import type { ExecutorKeeper } from '../executors';
import type { TaskKeeper } from '../tasks';
import { Lane } from './lane';
import type { Instruction } from './master-link';

export interface InstructionDeps {
  readonly checkpoint: Pick<Checkpoint, 'resources' | 'destroying'>;
  readonly operations: Pick<ResourceOperations, 'deletionsDone' | 'begin' | 'creationFailure'>;
  readonly feedback: Pick<OperationFeedback, 'conclude' | 'acknowledge' | 'forgetFramework'>;
  readonly tasks: Pick<
    TaskKeeper,
    | 'receive'
    | 'receiveGroup'
    | 'begin'
    | 'beginGroup'
    | 'abandon'
    | 'kill'
    | 'acknowledge'
    | 'shutdownFramework'
    | 'shutdownExecutor'
    | 'confirmGone'
  >;
  readonly executors: Pick<ExecutorKeeper, 'message' | 'confirmGone'>;
  readonly fence: Pick<Fence, 'learnRevision'>;
  /** What exists and is mounted now. */
  readonly inspect: () => Promise<AgentInspection>;
  readonly log: Logger;
  readonly send: (message: AgentMessage) => void;
  /** What went wrong is not known to have changed nothing: the agent must end. */
  readonly onBroken: (fault: unknown) => void;
}

type ApplyOperation = Extract<Instruction, { kind: 'apply_operation' }>;
type RunTask = Extract<Instruction, { kind: 'run_task' }>;
type RunGroup = Extract<Instruction, { kind: 'run_group' }>;

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
    const { tasks, feedback, fence, onBroken } = this.deps;
    switch (instruction.kind) {
      case 'apply_operation':
        fence.learnRevision(instruction.ledgerRevision);
        return this.applyInTurn(this.era, instruction);
      case 'run_task':
        fence.learnRevision(instruction.ledgerRevision);
        return this.run(this.era, instruction);
      case 'run_group':
        fence.learnRevision(instruction.ledgerRevision);
        return this.runGroup(this.era, instruction);
      case 'kill_task':
        return tasks.kill(instruction.frameworkId, instruction.taskId, instruction.graceMs);
      case 'acknowledge_update':
        return tasks.acknowledge(instruction.frameworkId, instruction.taskId, instruction.uuid);
      case 'shutdown_framework':
        feedback.forgetFramework(instruction.frameworkId).catch(onBroken);
        return tasks.shutdownFramework(instruction.frameworkId);
      case 'shutdown_executor':
        return tasks.shutdownExecutor(instruction.frameworkId, instruction.executorId);
      case 'executor_message':
        return this.deps.executors.message(instruction);
      case 'executor_gone_confirmed':
        return this.deps.executors.confirmGone(instruction);
      case 'acknowledge_operation': {
        const { frameworkId, operationId, uuid } = instruction;
        feedback.acknowledge(frameworkId, operationId, uuid).catch(onBroken);
        return;
      }
      case 'task_gone_confirmed':
        return tasks.confirmGone(instruction);
      case 'inspect':
        return this.inspectInTurn(this.era, instruction.requestId);
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

  private async apply(era: Era, message: ApplyOperation): Promise<void> {
    const { operation, operationUuid, ledgerRevision, traceParent } = message;
    // Operations might build on the room that is being freed; launches do not, unless they stand behind an operation that does.
    await Promise.race([this.deps.operations.deletionsDone(), era.over]);
    if (era.isOver) return;
    const attributes = { [ATTR.operationKind]: operation.type, [ATTR.ledgerRevision]: ledgerRevision };
    const options = traceParent === undefined ? {} : { traceParent };
    const tracked = trackedOperation(message);
    const { outcome } = await withSpan('apply operation', attributes, () => this.deps.operations.begin(operation, tracked), options);
    // Not waited for: the data of a volume may take long to delete.
    outcome.then((result) => this.answer(operationUuid, result, tracked)).catch(this.deps.onBroken);
  }

  /** The master hears first what its books need, then what the framework wants to know. */
  private async answer(operationUuid: OperationUuid, result: Result<void>, tracked: TrackedOperation | undefined): Promise<void> {
    if (!result.ok) this.deps.log.warn({ operationUuid, refusal: result.refusal.message }, 'an operation was refused');
    this.deps.send({ kind: 'operation_outcome', operationUuid, ...(!result.ok && { refusal: result.refusal }) });
    if (tracked) await this.deps.feedback.conclude(tracked, result);
  }

  /** At its place in the order, so that what came before has taken effect and what comes after has not. */
  private inspectInTurn(era: Era, requestId: string): void {
    this.lane.run(async () => {
      if (era.isOver) return;
      try {
        const inspection = await this.deps.inspect();
        this.deps.send({ kind: 'inspection', requestId, inspection });
      } catch (fault) {
        // It has changed nothing; the master does not wait for ever.
        this.deps.log.warn({ err: fault }, 'an inspection could not be made');
      }
    });
  }

  private run(era: Era, task: RunTask): void {
    const { tasks, onBroken } = this.deps;
    const launch = tasks.receive(task);
    if (!launch) return;
    this.lane.run(() => {
      if (era.isOver) return tasks.abandon(launch);
      tasks.begin(launch, this.known(), task.traceParent).catch(onBroken);
    });
  }

  private runGroup(era: Era, message: RunGroup): void {
    const { tasks, onBroken } = this.deps;
    const received = tasks.receiveGroup(message);
    if (!received) return;
    this.lane.run(() => {
      if (era.isOver) return received.launches.forEach((launch) => tasks.abandon(launch));
      tasks.beginGroup(received, this.known(), message.traceParent).catch(onBroken);
    });
  }

  /** What launches are judged against that are at their place in the order now. */
  private known() {
    const { checkpoint, operations } = this.deps;
    return {
      checkpointed: checkpoint.resources,
      destroying: checkpoint.destroying,
      creationFailure: (volume: string) => operations.creationFailure(volume),
    };
  }
}

/** Undefined: nobody wants to hear what becomes of it. */
function trackedOperation({ operationUuid, frameworkId, operation }: ApplyOperation): TrackedOperation | undefined {
  return frameworkId === undefined || operation.id === undefined ? undefined : { operationUuid, frameworkId, operationId: operation.id };
}

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
