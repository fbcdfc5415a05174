import { parseResources, Resources, scalar } from '@holdfast/core/resources';
import { volumeResource } from '../disks/volumes.fixture';
import { bothForms, reservedByRole, summaryForm } from './resource-forms';

const resourcesOf = (text: string) => {
  const parsed = parseResources(text);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return Resources.of(parsed.value);
};

describe('resources on the unversioned endpoints (wire 10.2)', () => {
  it('are summed up by name: numbers, ranges as text, sets as text, and what is revocable apart', () => {
    const resources = [
      ...resourcesOf('cpus:4;cpus(eng):1.5;mem:100;licences:3;ports:[31010-31010,31000-31004];tags:{b,a}').toList(),
      { ...scalar('cpus', 2), revocable: true },
      volumeResource('v1', 10),
    ];
    expect(summaryForm(resources)).toEqual({
      cpus: 5.5,
      gpus: 0,
      mem: 100,
      disk: 10,
      licences: 3,
      cpus_revocable: 2,
      ports: '[31000-31004, 31010-31010]',
      tags: '{a, b}',
    });
    expect(summaryForm([])).toEqual({ cpus: 0, gpus: 0, mem: 0, disk: 0 });
  });

  it('show a reservation in both formats, where the old one has a way to say it', () => {
    expect(bothForms(scalar('cpus', 1))).toEqual({ name: 'cpus', type: 'SCALAR', scalar: { value: 1 }, role: '*' });
    const dynamic = {
      ...scalar('cpus', 1),
      reservations: [{ type: 'dynamic', role: 'eng', principal: 'ops', labels: [{ key: 'a' }] }],
    } as const;
    expect(bothForms(dynamic)).toMatchObject({
      role: 'eng',
      reservation: { principal: 'ops', labels: { labels: [{ key: 'a' }] } },
      reservations: [{ type: 'DYNAMIC', role: 'eng', principal: 'ops', labels: { labels: [{ key: 'a' }] } }],
    });
    const refined = {
      ...scalar('cpus', 1),
      reservations: [
        { type: 'static', role: 'eng' },
        { type: 'dynamic', role: 'eng/web' },
      ],
    } as const;
    expect(bothForms(refined)).not.toHaveProperty('role');
    expect([...reservedByRole(Resources.of([refined])).keys()]).toEqual(['eng/web']);
  });
});
