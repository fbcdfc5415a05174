import { cpus, reserved, volume } from './accept.fixture';
import { canReceive, hasCapability, isCapability } from './capability';
import type { Capability } from './framework';

const canReceiveWith = (resource: Parameters<typeof canReceive>[1], ...capabilities: Capability[]) =>
  canReceive(new Set(capabilities), resource);

describe('capabilities', () => {
  it('keep shared volumes from frameworks that are not ready for them (A-081, C-070)', () => {
    expect(canReceiveWith(volume('v'))).toBe(false);
    expect(canReceiveWith(volume('v'), 'SHARED_RESOURCES')).toBe(true);
    expect(canReceiveWith(volume('v', { shared: false }))).toBe(true);
  });

  it('keep revocable resources from frameworks that are not ready for them (C-071)', () => {
    const revocable = { ...cpus(1), revocable: true };
    expect(canReceiveWith(revocable)).toBe(false);
    expect(canReceiveWith(revocable, 'REVOCABLE_RESOURCES')).toBe(true);
  });

  it('keep refined reservations from frameworks that cannot read them (C-072)', () => {
    const refined = reserved(cpus(1), 'eng', 'eng/web');
    expect(canReceiveWith(refined)).toBe(false);
    expect(canReceiveWith(refined, 'RESERVATION_REFINEMENT')).toBe(true);
    expect(canReceiveWith(reserved(cpus(1), 'eng'))).toBe(true);
  });

  it('are known by name', () => {
    expect(isCapability('SHARED_RESOURCES')).toBe(true);
    expect(isCapability('FLYING')).toBe(false);
    expect(hasCapability({ capabilities: new Set(['MULTI_ROLE']) }, 'MULTI_ROLE')).toBe(true);
    expect(hasCapability({ capabilities: new Set(['MULTI_ROLE']) }, 'PARTITION_AWARE')).toBe(false);
  });
});
