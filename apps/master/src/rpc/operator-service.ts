import { ok } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import { operatorService } from '@holdfast/contracts';
import { handleUnary, type RpcHandler } from '@holdfast/platform/rpc';
import type { Agent } from '../agents';
import { asAuthenticated } from '../authentication';
import type { Deps } from '../deps';
import { killForOperator } from '../tasks/kill-for-operator';

/** What operators ask about the master's own books, and what they may end. The version is told to anybody, as over HTTP. */
export const operatorHandlers = (deps: Deps): RpcHandler[] => [
  handleUnary(operatorService.getVersion, () => ok({ version: deps.self.version })),
  handleUnary(
    operatorService.getAgents,
    asAuthenticated(deps.authenticator, () =>
      ok({
        agents: [...deps.agents.all()].map((agent) => ({
          info: { ...agent.info, id: agent.id },
          storeId: agent.storeId,
          active: agent.state === 'connected',
          total: agent.total,
          allocated: usedOf(deps, agent),
          offered: sum(deps.offers.ofAgent(agent.id).map(({ resources }) => resources)),
        })),
      }),
    ),
  ),
  handleUnary(
    operatorService.getFrameworks,
    asAuthenticated(deps.authenticator, () =>
      ok({
        frameworks: [...deps.frameworks.all()].map((framework) => ({
          info: framework.info,
          connected: framework.stream !== undefined,
          offers: deps.offers.ofFramework(framework.id),
        })),
      }),
    ),
  ),
  handleUnary(
    operatorService.getTasks,
    asAuthenticated(deps.authenticator, ({ frameworkId }) =>
      ok({ tasks: frameworkId === undefined ? deps.tasks.all() : deps.tasks.ofFramework(frameworkId) }),
    ),
  ),
  handleUnary(
    operatorService.killTask,
    asAuthenticated(deps.authenticator, (request, _, caller) => killForOperator(deps, caller, request)),
  ),
];

const sum = (parts: readonly Resources[]): Resources => parts.reduce((total, part) => total.add(part), Resources.empty);

const usedOf = (deps: Deps, agent: Agent): Resources => {
  const tasks = deps.tasks.ofAgent(agent.id).filter((task) => !task.gone);
  return sum([...tasks, ...deps.executors.ofAgent(agent.id)].map(({ resources }) => resources));
};
