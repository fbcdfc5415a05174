import type { AgentId, Principal } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { resourceText, type LedgerVolume, type VolumeState } from '@holdfast/core/volumes';
import { drainOf, type DrainWords } from './drain-text';

/** How `volume.lua` writes a volume. */
interface VolumeWords {
  readonly state: VolumeState;
  readonly generation: number;
  readonly drain?: DrainWords;
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
  const parts = volumeParts(resource);
  return `${parts.form},"agent":${JSON.stringify(agent)},${parts.resource}`;
}

/** A body without its agent, for whoever does not know that: what stands before it, and what after. */
export function volumeParts(resource: Resource): { readonly form: string; readonly resource: string; readonly size_mb?: string } {
  const { shared, value } = resource;
  const size = value.kind === 'scalar' && { size_mb: value.milli / 1000 };
  const form: Pick<VolumeWords, 'shared' | 'size_mb'> = { shared, ...size };
  return {
    form: JSON.stringify(form).slice(1, -1),
    resource: `"resource":${resourceText(resource)}`,
    ...(size && { size_mb: String(size.size_mb) }),
  };
}

export function readVolume(text: string): Omit<LedgerVolume, 'storeId' | 'volume' | 'holders' | 'revision'> {
  const { state, generation, drain, created_ms, creator, agent, resource } = JSON.parse(text) as VolumeWords;
  return {
    state,
    generation,
    createdMs: created_ms,
    creator: {
      ...(creator.principal !== undefined && { principal: creator.principal }),
      ...(creator.framework !== undefined && { frameworkId: creator.framework }),
    },
    agentId: agent,
    ...(drain && { drain: drainOf(drain) }),
    resource,
  };
}
