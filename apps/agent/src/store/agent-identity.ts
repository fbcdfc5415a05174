import { join } from 'node:path';
import type { AgentId } from '@holdfast/core/base';
import { whatIsIncompatible, type AgentProfile, type ReconfigurationPolicy } from '@holdfast/core/membership';
import type { FaultDomain } from '@holdfast/core/offers';
import type { Attribute } from '@holdfast/core/resources';
import { readIfPresent, writeDurably } from '../files';
import { readResources, writeResources } from '../resources';
import { StartFault } from './start-fault';
import type { WorkDir } from './work-dir';

export interface IdentityDeps {
  /** What the agent is started with now. */
  readonly profile: AgentProfile;
  readonly bootId: string;
  readonly policy: ReconfigurationPolicy;
}

interface Json {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly configured: readonly string[];
  readonly attributes: readonly Attribute[];
  /** Null: it had none. Both are missing in what earlier versions wrote. */
  readonly domain?: FaultDomain | null;
  readonly bootId?: string;
}

/**
 * The agent's name, under which a master has registered it, over restarts (D-078). Started otherwise than before, beyond what the policy
 * allows, it may not go by that name any more: in the same boot it does not start, since a mistake is more likely than a new machine; after
 * a reboot nothing runs under the old name, and it becomes another agent that keeps its store and volumes.
 */
export class AgentIdentity {
  private constructor(
    private readonly path: string,
    private readonly deps: IdentityDeps,
    private id: AgentId | undefined,
    /** Why the name is to be given up. */
    private readonly problem: string | undefined,
    private written: Json | undefined,
  ) {}

  /** Throws StartFault if it may not be started like this. */
  static async open(dir: WorkDir, deps: IdentityDeps): Promise<AgentIdentity> {
    const path = join(dir.meta, 'agent');
    const text = await readIfPresent(path);
    if (text === undefined) return new AgentIdentity(path, deps, undefined, undefined, undefined);
    const { json, former } = parse(path, text, deps.profile);
    const problem = whatIsIncompatible(former, deps.profile, deps.policy);
    const isRebooted = json.bootId !== undefined && json.bootId !== deps.bootId;
    if (problem !== undefined && !isRebooted) throw new StartFault(mayNotChange(problem, path, deps.policy));
    return new AgentIdentity(path, deps, json.agentId, problem, json);
  }

  get agentId(): AgentId | undefined {
    return this.id;
  }

  /**
   * Gives the name up if it is to be. Not while tasks of the former agent run, whatever the boot id says, since those are known under its
   * id: then it throws StartFault.
   */
  settle(runningTasks: number): void {
    if (this.problem === undefined) return;
    if (runningTasks > 0) {
      throw new StartFault(
        `This agent ${this.problem}, and ${runningTasks} of its tasks still run. Start it with its former settings, or end these tasks first.`,
      );
    }
    this.id = undefined;
  }

  /** What the master calls this agent, kept before anything else that it says takes effect. */
  async registered(agentId: AgentId): Promise<void> {
    const { profile, bootId } = this.deps;
    const { hostname, configured, attributes, domain = null } = profile;
    const json: Json = { agentId, hostname, configured: writeResources(configured), attributes, domain, bootId };
    try {
      if (!isSame(json, this.written)) await writeDurably(this.path, JSON.stringify(json));
      this.written = json;
    } catch (fault) {
      // A disk that has filled up does not keep a known agent from registering. With an older boot id the next start is more lenient, not less.
      const isKnown = this.written && isSame({ ...json, bootId: '' }, { ...this.written, bootId: '' });
      if (!isKnown) throw fault;
    }
    this.id = agentId;
  }
}

const isSame = (a: Json, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

function parse(path: string, text: string, { domain: present }: AgentProfile): { readonly json: Json; readonly former: AgentProfile } {
  try {
    const json = JSON.parse(text) as Json;
    const { hostname, attributes } = json;
    const configured = readResources(json.configured);
    const domain = json.domain === undefined ? present : (json.domain ?? undefined);
    if (configured) return { json, former: { hostname, configured, attributes, ...(domain && { domain }) } };
  } catch {
    // As unreadable as what is read and makes no sense.
  }
  throw new StartFault(
    `${path} cannot be read. It holds the name under which the master knows this agent and its tasks: restore it from a copy, or end its tasks and remove it.`,
  );
}

function mayNotChange(problem: string, path: string, policy: ReconfigurationPolicy): string {
  const more = policy === 'equal' ? ', allow what only adds with HOLDFAST_AGENT_RECONFIGURATION_POLICY=additive' : '';
  return `This agent ${problem}; HOLDFAST_AGENT_RECONFIGURATION_POLICY=${policy} does not allow that. Start it with its former settings${more}, or make it another agent, which keeps the volumes: end its tasks and remove ${path}, or reboot the machine.`;
}
