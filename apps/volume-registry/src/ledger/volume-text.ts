import type { AgentId, Principal } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { resourceText, type LedgerVolume, type VolumeState } from '@holdfast/core/volumes';

/** How `volume.lua` writes a volume. */
interface VolumeWords {
  readonly state: VolumeState;
  readonly generation: number;
  readonly created_ms: number;
  readonly creator: { readonly principal?: Principal; readonly framework?: string };
  readonly shared: boolean;
  /** For an operator's eyes. */
  readonly size_mb?: number;
  readonly agent: AgentId;
  readonly resource: Resource;
}

/** What is written once, without its braces: since when there is this volume, and who made it. */
export function volumeOrigin(createdMs: number, { principal, frameworkId }: LedgerVolume['creator']): string {
  const origin: Pick<VolumeWords, 'created_ms' | 'creator'> = { created_ms: createdMs, creator: { principal, framework: frameworkId } };
  return JSON.stringify(origin).slice(1, -1);
}

/** What an agent's report may correct, without its braces. Equal volumes have equal bodies. */
export function volumeBody(agent: AgentId, resource: Resource): string {
  const { shared, value } = resource;
  const body: Pick<VolumeWords, 'shared' | 'size_mb' | 'agent'> = {
    shared,
    ...(value.kind === 'scalar' && { size_mb: value.milli / 1000 }),
    agent,
  };
  return `${JSON.stringify(body).slice(1, -1)},"resource":${resourceText(resource)}`;
}

export function readVolume(text: string): Omit<LedgerVolume, 'storeId' | 'volume' | 'holders' | 'revision'> {
  const { state, generation, created_ms, creator, agent, resource } = JSON.parse(text) as VolumeWords;
  return {
    state,
    generation,
    createdMs: created_ms,
    creator: {
      ...(creator.principal !== undefined && { principal: creator.principal }),
      ...(creator.framework !== undefined && { frameworkId: creator.framework }),
    },
    agentId: agent,
    resource,
  };
}
