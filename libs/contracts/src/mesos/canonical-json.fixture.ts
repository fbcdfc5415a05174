import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '../codec';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));

/** A message of `holdfast.v1`, or under `holdfast.` by its longer name, as another library writes it in JSON, with the names of the schema; integers of 64 bits are strings. */
export function canonicalJson(message: string, bytes: Uint8Array): unknown {
  const descriptor = (registry.getMessage(`holdfast.v1.${message}`) ?? registry.getMessage(`holdfast.${message}`))!;
  return toJson(descriptor, fromBinary(descriptor, bytes), { registry, useProtoFieldName: true });
}

export const body = (json: unknown): Buffer => Buffer.from(JSON.stringify(json));
