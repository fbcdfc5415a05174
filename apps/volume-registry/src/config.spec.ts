import { registrySettings } from './config';

describe('the settings of the registry', () => {
  it('listen on loopback, on the ports that the design gives it, unless told otherwise', () => {
    expect(registrySettings.read({})).toMatchObject({
      host: '127.0.0.1',
      grpcPort: 7070,
      httpPort: 9070,
      keyPrefix: 'holdfast',
      waitMs: 1000,
    });
  });

  it('refuse a key prefix that would hide the hash tag', () => {
    expect(() => registrySettings.read({ HOLDFAST_REGISTRY_KEY_PREFIX: 'a{b}' })).toThrow('HOLDFAST_REGISTRY_KEY_PREFIX');
  });
});
