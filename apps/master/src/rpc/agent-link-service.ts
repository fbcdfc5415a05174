import { refuse } from '@holdfast/core/base';
import { agentLinkService, type AgentMessage, type LinkRequest, type LinkResponse, type MasterMessage } from '@holdfast/contracts';
import { createBatcher, handleDuplex, type DuplexStream, type RpcHandler } from '@holdfast/platform/rpc';
import { disconnectAgent, heardFrom, registerAgent, type Agent, type AgentLink } from '../agents';
import type { Deps } from '../deps';
import { executorGone } from '../executors/executor-gone';
import { passMessageOn } from '../executors/send-message';
import { StaleLeader } from '../leadership';
import { updateOperation } from '../operations/update-operation';
import { confirmTaskGone, updateTask } from '../tasks/update-task';

const MESSAGES_PER_RESPONSE = 100;

/** The agents' door. One stream is one registration; a broken one is replaced by a new registration. */
export const agentLinkHandlers = (deps: Deps, fenced: (cause: StaleLeader) => void): RpcHandler[] => [
  handleDuplex(agentLinkService.link, (stream, call) => serveLink(deps, stream, addressOf(call.peer), fenced)),
];

function serveLink(deps: Deps, stream: DuplexStream<LinkRequest, LinkResponse>, ip: string, fenced: (cause: StaleLeader) => void): void {
  const batch = createBatcher<MasterMessage>({
    flush: (messages) => stream.send({ epoch: deps.leadership.epoch, messages }),
    maxItems: MESSAGES_PER_RESPONSE,
  });
  const link: AgentLink = {
    ip,
    send: (message) => batch.push(message),
    drop: (reason) => {
      deps.log.info({ agentId: agent?.id, reason }, 'ending the stream to an agent; it will register anew');
      batch.flushNow();
      stream.end();
      if (agent) disconnectAgent(deps, agent, link);
    },
  };
  let agent: Agent | undefined;
  // Registration takes time; what follows it on the stream waits its turn.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => void | Promise<void>) => {
    turn = turn.then(work).catch((cause: unknown) => {
      if (cause instanceof StaleLeader) return fenced(cause);
      deps.log.error({ err: cause, agentId: agent?.id }, 'a message of an agent could not be handled');
      link.drop('an earlier message could not be handled');
    });
  };

  const handle = async (message: AgentMessage): Promise<void> => {
    if (message.kind === 'register') {
      const outcome = await registerAgent(deps, message, link);
      if ('code' in outcome) {
        batch.push({ kind: 'registration_refused', refusal: outcome });
        batch.flushNow();
        return stream.end();
      }
      agent = outcome;
      if (stream.closed) disconnectAgent(deps, agent, link);
      return;
    }
    if (!agent)
      return stream.refuse(refuse('invalid_argument', { field: 'messages', problem: 'the first message of a stream is register' }));
    if (agent.link !== link) return;
    heardFrom(deps, agent);
    handleRegistered(deps, agent, message);
  };

  stream.onMessage(({ messages }) => {
    for (const message of messages) inTurn(() => handle(message));
  });
  stream.onEnd(() => stream.end());
  stream.onClose(() => inTurn(() => (agent ? disconnectAgent(deps, agent, link) : undefined)));
}

/** Updates of different tasks do not wait for one another's ledger writes. */
function handleRegistered(deps: Deps, agent: Agent, message: Exclude<AgentMessage, { kind: 'register' }>): void {
  switch (message.kind) {
    case 'task_update':
      return void updateTask(deps, agent, message);
    case 'task_gone':
      return void confirmTaskGone(deps, agent, message);
    case 'executor_message':
      return passMessageOn(deps, agent, message);
    case 'executor_gone':
      return executorGone(deps, agent, message);
    case 'operation_outcome':
      return agent.operations.settle(message.operationUuid, message.refusal);
    case 'operation_update':
      return updateOperation(deps, agent, message);
    case 'inspection':
      return deps.inspections.answer(message.requestId, message.inspection);
    case 'pong':
      return;
  }
}

/** `10.1.0.2:1234` or `[::1]:1234`, without the port. */
const addressOf = (peer: string): string => peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
