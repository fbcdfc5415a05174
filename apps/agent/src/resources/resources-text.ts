import { resourceCodec } from '@holdfast/contracts';
import { type Resource, Resources } from '@holdfast/core/resources';

/** Resources as they stand in files: protobuf in base64, which later versions can read, too; one per copy, so that none is lost. */
export const writeResources = (resources: Resources): readonly string[] =>
  resources.toCopies().map((resource) => resourceCodec.encode(resource).toString('base64'));

/** Undefined: not what writeResources makes, or of a version that allowed what this one does not. */
export function readResources(texts: readonly string[]): Resources | undefined {
  const list: Resource[] = [];
  for (const text of texts) {
    const resource = resourceCodec.decode(Buffer.from(text, 'base64'));
    if (!resource.ok) return undefined;
    list.push(resource.value);
  }
  return Resources.of(list);
}
