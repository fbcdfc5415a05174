import { ok, unreachable, type Result } from '@holdfast/core/base';
import type { CallAnswer, SubscribedCall } from '@holdfast/contracts';
import { acceptOffers } from '../accept/accept-offers';
import type { Deps } from '../deps';
import { sendMessage } from '../executors/send-message';
import { shutdownExecutor } from '../executors/shutdown-executor';
import type { Framework } from '../frameworks';
import { changeRoles } from '../frameworks/change-roles';
import { teardownFramework } from '../frameworks/teardown-framework';
import { updateFramework } from '../frameworks/update-framework';
import { answerInverseOffers } from '../offers/answer-inverse-offers';
import { declineOffers } from '../offers/decline-offers';
import { acknowledgeOperation } from '../operations/acknowledge-operation';
import { reconcileOperations } from '../operations/reconcile-operations';
import { acknowledgeUpdate } from '../tasks/acknowledge-update';
import { killTask } from '../tasks/kill-task';
import { reconcileTasks } from '../tasks/reconcile-tasks';
import type { Caller } from './caller';

const TAKEN: Result<CallAnswer> = ok({});

/**
 * One call of a subscribed framework, whichever door it comes through.
 *
 * Refused (not `ok`): it reached nobody. The caller cannot speak for the framework (`framework_unknown`, `framework_removed`,
 * `principal_mismatch`, `framework_disconnected`, `stale_stream`, looked at in this order: D-003, D-008, D-009), or an UPDATE_FRAMEWORK or
 * TEARDOWN is not possible or not allowed (`framework_invalid`, `unauthorized`, …). What Mesos answers with a status code of its own.
 *
 * `ok` with a `refusal` inside: it was taken and came to nothing. Where Mesos says 202 and is silent, over gRPC we say why.
 * Only ACCEPT takes time: it asks the ledger.
 */
export function carryOutCall(deps: Deps, caller: Caller, call: SubscribedCall): Promise<Result<CallAnswer>> | Result<CallAnswer> {
  const framework = deps.frameworks.caller(call.frameworkId, caller);
  return framework.ok ? dispatch(deps, caller, framework.value, call) : framework;
}

function dispatch(
  deps: Deps,
  caller: Caller,
  framework: Framework,
  call: SubscribedCall,
): Promise<Result<CallAnswer>> | Result<CallAnswer> {
  switch (call.type) {
    case 'ACCEPT':
      return underWay(framework, acceptOffers(deps, framework, call, caller).then(answered));
    case 'DECLINE':
      return ok({ unknownOfferIds: declineOffers(deps, framework, call) });
    case 'ACCEPT_INVERSE_OFFERS':
    case 'DECLINE_INVERSE_OFFERS':
      return answered(answerInverseOffers(call));
    case 'REVIVE':
      return answered(changeRoles(deps, framework, 'revive_roles', call.roles));
    case 'SUPPRESS':
      return answered(changeRoles(deps, framework, 'suppress_roles', call.roles));
    case 'KILL': {
      const isKnown = deps.tasks.get(framework.id, call.taskId) !== undefined;
      return onceKnown(framework, isKnown, () => answered(killTask(deps, framework, call)));
    }
    case 'SHUTDOWN':
    case 'MESSAGE': {
      const isKnown = deps.executors.get(call.agentId, framework.id, call.executorId) !== undefined;
      const carryOut = () => (call.type === 'MESSAGE' ? sendMessage(deps, framework, call) : shutdownExecutor(deps, framework, call));
      return onceKnown(framework, isKnown, () => answered(carryOut()));
    }
    case 'ACKNOWLEDGE':
      acknowledgeUpdate(deps, framework, call);
      return TAKEN;
    case 'ACKNOWLEDGE_OPERATION_STATUS':
      return answered(acknowledgeOperation(deps, framework, call));
    case 'RECONCILE': {
      const areKnown = call.tasks.every(({ taskId }) => deps.tasks.get(framework.id, taskId));
      return onceKnown(framework, areKnown, () => (reconcileTasks(deps, framework, call), TAKEN));
    }
    case 'RECONCILE_OPERATIONS': {
      const areKnown = call.operations.every(({ operationId }) => deps.operations.get(framework.id, operationId));
      return onceKnown(framework, areKnown, () => (reconcileOperations(deps, framework, call), TAKEN));
    }
    case 'REQUEST':
      return TAKEN; // C-061
    case 'UPDATE_FRAMEWORK':
      return updateFramework(deps, framework, call, caller);
    case 'TEARDOWN':
      return teardownFramework(deps, framework);
    default:
      return unreachable(call);
  }
}

/** A use case that refuses has taken the call all the same. */
const answered = (result: Result<CallAnswer>): Result<CallAnswer> => (result.ok ? result : ok({ refusal: result.refusal }));

function underWay(framework: Framework, accept: Promise<Result<CallAnswer>>): Promise<Result<CallAnswer>> {
  framework.accepting.add(accept);
  return accept.finally(() => framework.accepting.delete(accept));
}

/**
 * A call about something that nobody knows may be about what an ACCEPT before it is just making: an ACCEPT asks the ledger, and over the
 * Mesos door its sender has been told 202 long ago. Such a call waits for it.
 */
function onceKnown(
  framework: Framework,
  isKnown: boolean,
  carryOut: () => Result<CallAnswer>,
): Promise<Result<CallAnswer>> | Result<CallAnswer> {
  return isKnown || framework.accepting.size === 0 ? carryOut() : Promise.allSettled(framework.accepting).then(carryOut);
}
