import { splitVolumeKey, volumeKey } from './volume-key';

describe('a volume key', () => {
  it.each([
    ['eng', 'vol-1'],
    ['eng/dev/x', 'vol-1'],
  ])('of role %s comes apart again', (role, persistenceId) => {
    expect(splitVolumeKey(volumeKey(role, persistenceId))).toEqual({ role, persistenceId });
  });
});
