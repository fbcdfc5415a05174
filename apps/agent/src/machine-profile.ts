import type { AgentProfile } from '@holdfast/core/membership';
import { type Attribute, Resources } from '@holdfast/core/resources';
import type { AgentSettings } from './config';
import { describeFault } from './files';
import { detectResources, parseAttributes, parseDomain } from './resources';
import { StartFault } from './store';

/** This machine as the settings describe it, with what it is found to have if they do not say. Throws StartFault if they cannot be read. */
export async function machineProfile(settings: AgentSettings, workDir: string): Promise<AgentProfile> {
  const configured = configuredResources(settings.resources ?? (await detectResources(workDir)));
  const attributes = attributesOf(settings.attributes);
  const domain = settings.domain === undefined ? undefined : parseDomain(settings.domain);
  return { hostname: settings.hostname, configured, attributes, ...(domain && { domain }) };
}

function configuredResources(text: string): Resources {
  const parsed = Resources.parse(text);
  if (parsed.ok) return parsed.value;
  throw new StartFault(`HOLDFAST_AGENT_RESOURCES cannot be read: ${parsed.refusal.message}`);
}

function attributesOf(text: string | undefined): readonly Attribute[] {
  try {
    return parseAttributes(text ?? '');
  } catch (fault) {
    throw new StartFault(`HOLDFAST_AGENT_ATTRIBUTES cannot be read: ${describeFault(fault)}`);
  }
}
