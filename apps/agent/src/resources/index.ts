export { detectResources } from './detect-resources';
export { parseAttributes } from './parse-attributes';
export { parseDomain } from './parse-domain';
export { readResources, writeResources } from './resources-text';
