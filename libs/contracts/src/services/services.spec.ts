import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '../codec';
import { agentLinkService, allocatorService, operatorService, schedulerService, volumeRegistryService, volumeService } from './index';

const declared = new Map(
  fromBinary(FileDescriptorSetSchema, descriptorSet).file.flatMap((file) =>
    file.service.flatMap((service) =>
      service.method.map((method): [string, { requestStream: boolean; responseStream: boolean }] => [
        `/${file.package}.${service.name}/${method.name}`,
        { requestStream: method.clientStreaming, responseStream: method.serverStreaming },
      ]),
    ),
  ),
);

const methods = [schedulerService, operatorService, volumeService, agentLinkService, allocatorService, volumeRegistryService].flatMap(
  (service) => Object.entries(service),
);

describe('the services', () => {
  it.each(methods)('%s has path and streams as declared in its .proto file', (name, { path, requestStream, responseStream }) => {
    expect(declared.get(path)).toEqual({ requestStream, responseStream });
    expect(path.split('/').at(-1)!.toLowerCase()).toBe(name.toLowerCase());
  });

  it('leave out no call that is declared', () => {
    expect(methods.map(([, { path }]) => path).sort()).toEqual([...declared.keys()].sort());
  });
});
