import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';

/**
 * Answers the questions of grpcurl and its like, v1 and v1alpha, for the services named. It is given the files as buf wrote
 * them: proto-loader, the usual way, makes new ones that have lost which fields are `optional`.
 */
export function addReflection(server: Server, { descriptorSet, services }: { descriptorSet: Buffer; services: readonly string[] }): void {
  const files = fromBinary(FileDescriptorSetSchema, descriptorSet).file.map((file) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
  );
  // Of a package definition it reads only the files, wherever they hang.
  const carrier = { format: 'Protocol Buffer 3 EnumDescriptorProto' as const, type: {}, fileDescriptorProtos: files };
  new ReflectionService({ carrier }, { services: [...services] }).addToServer(server);
}
