export { detectResources } from './detect-resources';
export { parseAttributes } from './parse-attributes';
export { readResources, writeResources } from './resources-text';
