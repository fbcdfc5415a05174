import { linkRequestCodec, linkResponseCodec } from '../codec';
import { duplex } from './rpc-kind';

const NAME = 'holdfast.internal.v1.AgentLinkService';

/** One duplex stream per agent; the agent dials. */
export const agentLinkService = {
  link: duplex(NAME, 'Link', linkRequestCodec, linkResponseCodec),
} as const;
