import { join } from 'node:path';
import type { AgentId } from '@holdfast/core/base';
import type { Attribute, Resources } from '@holdfast/core/resources';
import { readIfPresent, writeDurably } from '../files';
import { readResources, writeResources } from '../resources';
import { StartFault } from './start-fault';
import type { WorkDir } from './work-dir';

/** What an agent tells a master of itself, and may not change under one agent id as it likes. */
export interface AgentProfile {
  readonly hostname: string;
  readonly configured: Resources;
  readonly attributes: readonly Attribute[];
}

interface Json {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly configured: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** The agent's name, under which a master has registered it, over restarts. */
export class AgentIdentity {
  private constructor(
    private readonly path: string,
    private readonly profile: AgentProfile,
    private id: AgentId | undefined,
    private readonly former: AgentProfile | undefined,
    private written: string | undefined,
  ) {}

  static async open(dir: WorkDir, profile: AgentProfile): Promise<AgentIdentity> {
    const path = join(dir.meta, 'agent');
    const text = await readIfPresent(path);
    if (text === undefined) return new AgentIdentity(path, profile, undefined, undefined, undefined);
    const { id, former } = parse(path, text);
    return new AgentIdentity(path, profile, id, former, text);
  }

  get agentId(): AgentId | undefined {
    return this.id;
  }

  /**
   * An agent that has less to offer than before, or is called otherwise, is another agent: it gets a new id (D-078) and keeps its volumes
   * . Not while tasks of the former run on it, since those are known under its id: then it throws StartFault.
   */
  settle(runningTasks: number): void {
    const change = this.former && whatChanged(this.former, this.profile);
    if (change === undefined) return;
    if (runningTasks > 0) {
      throw new StartFault(
        `This agent was ${change}, and ${runningTasks} of its tasks still run. Start it with its former settings, or end these tasks first.`,
      );
    }
    this.id = undefined;
  }

  /** What the master calls this agent, kept before anything else that it says takes effect. */
  async registered(agentId: AgentId): Promise<void> {
    const { hostname, configured, attributes } = this.profile;
    const text = JSON.stringify({ agentId, hostname, configured: writeResources(configured), attributes } satisfies Json);
    // A disk that has filled up in the meantime does not keep a known agent from registering.
    if (text !== this.written) await writeDurably(this.path, text);
    this.written = text;
    this.id = agentId;
  }
}

function parse(path: string, text: string): { readonly id: AgentId; readonly former: AgentProfile } {
  try {
    const { agentId, hostname, configured, attributes } = JSON.parse(text) as Json;
    const resources = readResources(configured);
    if (resources) return { id: agentId, former: { hostname, configured: resources, attributes } };
  } catch {
    // As unreadable as what is read and makes no sense.
  }
  throw new StartFault(
    `${path} cannot be read. It holds the name under which the master knows this agent and its tasks: restore it from a copy, or end its tasks and remove it.`,
  );
}

/** Growing is no change: what was offered under the id is still there. Undefined: nothing changed. */
function whatChanged(former: AgentProfile, now: AgentProfile): string | undefined {
  if (former.hostname !== now.hostname) return `called ${former.hostname} and is now called ${now.hostname}`;
  if (!now.configured.contains(former.configured)) return `started with ${former.configured} and has now ${now.configured}`;
  const kept = new Set(now.attributes.map((attribute) => JSON.stringify(attribute)));
  const lost = former.attributes.find((attribute) => !kept.has(JSON.stringify(attribute)));
  return lost && `started with the attribute ${lost.name}, which has changed or gone`;
}
