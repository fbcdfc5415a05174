import { applyCheckpointed, needsCheckpoint } from './checkpoint';
import type { Reservation } from './resource';
import { Resources } from './resources';
import { sample, sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';

const dynamic: Reservation = { type: 'dynamic', role: 'eng', principal: 'p' };
const applied = (configured: Resources, checkpointed: Resources) => {
  const result = applyCheckpointed(configured, checkpointed);
  return result.ok ? String(result.value) : result.refusal.message;
};

describe('what an agent remembers', () => {
  it('is what was reserved or made after it started, of its own disks (B-140)', () => {
    const reserved = { ...sampleOne('mem:1'), reservations: [dynamic] };
    expect([reserved, sampleVolume()].map(needsCheckpoint)).toEqual([true, true]);
    expect([sampleOne('mem:1'), sampleOne('mem(eng):1'), { ...reserved, providerId: 'x' }].map(needsCheckpoint)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('putting it back', () => {
  it('takes it from the declared disk, without dynamic reservation, persistence and shared flag (A-028)', () => {
    const volume = sampleVolume({ sizeMb: 64, reservations: [dynamic] });
    expect(applied(sample('cpus:8;disk:100'), Resources.of([volume]))).toBe(
      'cpus:8; disk:36; disk(reservations: [(DYNAMIC,eng,p)])[id1:path1]<SHARED>:64<1>',
    );
  });

  it('keeps the static reservation under a refined one, and the source of a disk (A-028)', () => {
    const source = { type: 'PATH', root: '/a' } as const;
    const configured = Resources.of([sampleDisk({ role: 'eng', source })]);
    const refined = sampleVolume({
      reservations: [
        { type: 'static', role: 'eng' },
        { type: 'dynamic', role: 'eng/a' },
      ],
      source,
    });
    expect(applied(configured, Resources.of([refined]))).toBe(
      'disk(reservations: [(STATIC,eng),(DYNAMIC,eng/a)])[PATH:/a,id1:path1]<SHARED>:64<1>',
    );
  });

  it('refuses resources that no longer cover it (A-028, A-183)', () => {
    const volume = sampleVolume({ reservations: [dynamic] });
    expect(applied(sample('cpus:8;disk:63'), Resources.of([volume]))).toContain(
      'Incompatible agent resources: cpus:8; disk:63 does not contain disk:64',
    );
    const twice = Resources.of([volume, sampleVolume({ reservations: [dynamic], id: 'id2' })]);
    expect(applied(sample('disk:127'), twice)).toContain('Incompatible agent resources');
  });

  it('accepts other resources that still include it (A-184)', () => {
    const reserved = Resources.of([{ ...sampleOne('mem:2048'), reservations: [dynamic] }]);
    expect(applied(sample('cpus:8;mem:4096'), reserved)).toBe('cpus:8; mem:2048; mem(reservations: [(DYNAMIC,eng,p)]):2048');
    expect(applied(sample('cpus:12;mem:2048'), reserved)).toBe('cpus:12; mem(reservations: [(DYNAMIC,eng,p)]):2048');
  });

  it('counts one copy of a shared volume (A-188)', () => {
    const volume = sampleVolume({ reservations: [dynamic] });
    expect(applied(sample('disk:64'), Resources.of([volume, volume]))).toBe(
      'disk(reservations: [(DYNAMIC,eng,p)])[id1:path1]<SHARED>:64<1>',
    );
  });

  it('refuses what no agent checkpoints (A-028)', () => {
    expect(applied(sample('mem:2'), sample('mem:1'))).toContain('Unexpected checkpointed resources mem:1');
  });
});
