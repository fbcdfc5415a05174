import type { StoreId, Timers } from '@holdfast/core/base';
import type { AgentInspection } from '@holdfast/core/verification';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';

/** How long an agent may take to say what it has: it answers in the order of its stream, hence behind what it was told before. */
export const INSPECTION_TIMEOUT_MS = 10_000;

/** - `late`: not within the time; `interrupted`: its stream broke, or it registers anew. */
export type InspectionAnswer = AgentInspection | 'late' | 'interrupted';

interface Asked {
  readonly storeId: StoreId;
  readonly settle: (answer: InspectionAnswer) => void;
}

/** Inspections that agents were asked for and have not answered. */
export class InspectionBook {
  private readonly asked = new Map<string, Asked>();

  expect(storeId: StoreId, requestId: string, timers: Timers): Promise<InspectionAnswer> {
    return new Promise((resolve) => {
      const cancel = timers.after(INSPECTION_TIMEOUT_MS, () => settle('late'));
      const settle = (answer: InspectionAnswer) => {
        this.asked.delete(requestId);
        cancel();
        resolve(answer);
      };
      this.asked.set(requestId, { storeId, settle });
    });
  }

  /** One that nobody waits for any more came too late. */
  answer(requestId: string, inspection: AgentInspection): void {
    this.asked.get(requestId)?.settle(inspection);
  }

  /** Nothing more comes over the stream that was asked: whoever waits in the agent's queue makes way for its registration. */
  interrupt(storeId: StoreId): void {
    for (const { storeId: asked, settle } of [...this.asked.values()]) if (asked === storeId) settle('interrupted');
  }
}

/** Asks a connected agent. */
export function inspectAgent({ world, inspections }: Pick<Deps, 'world' | 'inspections'>, agent: Agent): Promise<InspectionAnswer> {
  const requestId = world.ids.uuid();
  const answer = inspections.expect(agent.storeId, requestId, world);
  agent.link?.send({ kind: 'inspect', requestId });
  return answer;
}
