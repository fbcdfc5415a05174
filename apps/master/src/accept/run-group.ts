import type { Role } from '@holdfast/core/base';
import type { AgentStep } from '@holdfast/core/offers';
import { withExecutor } from '@holdfast/contracts';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { bringExecutor } from '../executors/bring-executor';
import type { Framework } from '../frameworks';
import { stageTask } from './stage-task';

/** Has the agent start all tasks of a group or none; its executor is in the books from the first of them on. */
export function runGroup(
  deps: Deps,
  framework: Framework,
  agent: Agent,
  role: Role,
  { tasks, group }: Extract<AgentStep, { kind: 'run_group' }>,
): void {
  bringExecutor(deps, framework, agent, role, group);
  const launches = tasks.map((task) => ({ info: withExecutor(task.info, group.executor), launchId: task.launchId, task }));
  for (const { task, info } of launches) stageTask(deps, framework, agent, role, task, info);
  const traceParent = currentTraceParent();
  agent.link?.send({
    kind: 'run_group',
    framework: framework.info,
    tasks: launches.map(({ info, launchId }) => ({ info, launchId })),
    ledgerRevision: deps.ledger.revisionOf(agent.storeId),
    ...(traceParent !== undefined && { traceParent }),
  });
}
