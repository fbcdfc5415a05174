import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { cpus, dynamic, engDisk, framework, reserved, volume } from './accept.fixture';
import { checkOperation } from './check-operation';
import { injectRole } from './conversion';
import type { FrameworkInfo } from './framework';
import type { ResourceOperationType } from './operation';
import type { AgentVolume } from './operation-surroundings';

interface Given {
  readonly by?: Partial<FrameworkInfo>;
  readonly role?: string;
  readonly onAgent?: readonly AgentVolume[];
}

function check(type: ResourceOperationType, resources: readonly Resource[], { by = {}, role = 'eng', onAgent = [] }: Given = {}) {
  const findVolume = (key: string) => onAgent.find(({ resource }) => keyOfVolume(resource) === key);
  return checkOperation(type, injectRole(resources, role), { framework: framework(by), role, findVolume });
}

const TYPES = ['RESERVE', 'UNRESERVE', 'CREATE', 'DESTROY'] as const;
const staticEng = { type: 'static', role: 'eng' } as const;

describe('every operation', () => {
  it.each(TYPES)('%s is refused without resources', (type) => {
    expect(check(type, [])?.message).toBe(`${type} names no resources.`);
  });

  it.each(TYPES)('%s is refused when a resource is not well formed (A-038, B-050)', (type) => {
    expect(check(type, [reserved(cpus(-1), 'eng')])?.code).toBe('operation_invalid');
  });

  it.each(TYPES)('%s is refused over more than one resource provider (B-024)', (type) => {
    expect(check(type, [volume('v'), { ...volume('w'), providerId: 'p' }])?.message).toContain('more than one resource provider');
  });
});

describe('RESERVE', () => {
  const good = reserved(cpus(1), 'eng');

  it('passes a dynamic reservation for the role of the offers', () => {
    expect(check('RESERVE', [good])).toBeUndefined();
    expect(
      check('RESERVE', [reserved(cpus(1), staticEng, dynamic('eng/web'))], { role: 'eng/web', by: { roles: ['eng/web'] } }),
    ).toBeUndefined();
  });

  it('needs a dynamic reservation on top (B-020)', () => {
    expect(check('RESERVE', [reserved(cpus(1), staticEng)])?.message).toContain('is not dynamically reserved');
    expect(check('RESERVE', [cpus(1)])?.message).toContain('is not dynamically reserved');
  });

  it('cannot reserve for `*` (B-020)', () => {
    expect(check('RESERVE', [reserved(cpus(1), '*')], { role: '*', by: { roles: ['*'] } })?.code).toBe('operation_invalid');
  });

  it('needs the framework’s own principal, if it has one (B-021)', () => {
    const by = { principal: 'p' };
    expect(check('RESERVE', [reserved(cpus(1), dynamic('eng', 'p'))], { by })).toBeUndefined();
    expect(check('RESERVE', [reserved(cpus(1), dynamic('eng', 'q'))], { by })?.message).toContain("principal 'p'; it carries 'q'");
    expect(check('RESERVE', [good], { by })?.message).toContain('it carries none');
    expect(check('RESERVE', [reserved(cpus(1), dynamic('eng', 'q'))])).toBeUndefined();
  });

  it('reserves for the role that the resources are allocated to, and the framework has (B-022)', () => {
    expect(check('RESERVE', [reserved(cpus(1), 'ops')])?.message).toContain("allocated to the role 'eng' cannot be reserved for 'ops'");
    expect(check('RESERVE', [{ ...reserved(cpus(1), 'ops'), allocationRole: 'ops' }], { by: { roles: ['eng', 'ops'] } })?.code).toBe(
      'operation_invalid',
    );
    expect(check('RESERVE', [good], { by: { roles: ['ops'] } })?.message).toContain('not subscribed');
  });

  it('takes resources of one allocation role only (B-023)', () => {
    const other = { ...reserved(cpus(1), 'ops'), allocationRole: 'ops' };
    expect(check('RESERVE', [good, other], { by: { roles: ['eng', 'ops'] } })?.message).toContain("allocated to the role 'ops'");
  });

  it('takes resources without allocation role for those of the offers (B-025)', () => {
    expect(check('RESERVE', [good, { ...good, allocationRole: 'eng' }])).toBeUndefined();
  });

  it('is never done on a persistent volume, whatever its reservation (A-078, B-020)', () => {
    const refined = volume('v', { reservations: [dynamic('eng'), dynamic('eng/web')] });
    expect(check('RESERVE', [refined], { role: 'eng/web', by: { roles: ['eng/web'] } })?.message).toContain('destroy the volume first');
    expect(check('RESERVE', [volume('v', { reservations: [staticEng] })])?.code).toBe('operation_invalid');
  });
});

describe('UNRESERVE', () => {
  it('may undo another’s reservation (B-041)', () => {
    expect(check('UNRESERVE', [reserved(cpus(1), dynamic('eng', 'q'))], { by: { principal: 'p' } })).toBeUndefined();
  });

  it('is never done on a persistent volume, shared or not (A-196, B-042)', () => {
    expect(check('UNRESERVE', [volume('v')])?.message).toContain('destroy the volume first');
    expect(check('UNRESERVE', [volume('v', { shared: false })])?.code).toBe('operation_invalid');
  });

  it('is never done on a static reservation, nor on what is not reserved (B-043)', () => {
    expect(check('UNRESERVE', [reserved(cpus(1), staticEng)])?.message).toContain('is not dynamically reserved');
    expect(check('UNRESERVE', [cpus(1)])?.message).toContain('is not dynamically reserved');
  });

  it('takes resources of one allocation role only (B-023)', () => {
    expect(check('UNRESERVE', [reserved(cpus(1), 'eng'), { ...reserved(cpus(1), 'eng'), allocationRole: 'ops' }])?.code).toBe(
      'operation_invalid',
    );
  });
});

describe('CREATE', () => {
  it('of a shared volume needs the capability SHARED_RESOURCES (A-030)', () => {
    const by = { capabilities: new Set([]) };
    expect(check('CREATE', [volume('v')], { by })).toMatchObject({
      code: 'capability_missing',
      details: { capability: 'SHARED_RESOURCES' },
    });
    expect(check('CREATE', [volume('v', { shared: false })], { by })).toBeUndefined();
    expect(check('CREATE', [volume('v')])).toBeUndefined();
  });

  it('refuses mode RO (A-033)', () => {
    expect(check('CREATE', [volume('v', { mode: 'RO' })])?.message).toContain('mode RO');
  });

  it('refuses plain disk, and a volume that does not say where it appears (B-050)', () => {
    expect(check('CREATE', [engDisk(5)])?.message).toContain('is not a persistent volume');
    expect(check('CREATE', [{ ...volume('v'), disk: { persistence: { id: 'v' } } }])?.code).toBe('operation_invalid');
  });

  it.each(['/data', 'a/../b', '..'])('refuses the container path %j (architecture 11.4)', (path) => {
    expect(check('CREATE', [volume('v', { path })])?.message).toContain('container path of volume eng/v');
  });

  it('refuses a key that the agent has, whatever the rest, and whatever allocation role the two carry (A-047, A-049)', () => {
    const onAgent = [{ resource: volume('v') }];
    expect(check('CREATE', [volume('v')], { onAgent })).toMatchObject({
      code: 'volume_exists',
      details: { role: 'eng', persistenceId: 'v' },
    });
    expect(check('CREATE', [volume('v', { mb: 5 })], { onAgent })?.code).toBe('volume_exists');
    expect(check('CREATE', [volume('w')], { onAgent })).toBeUndefined();
  });

  it('counts the last reservation as the volume’s role (A-047)', () => {
    const onAgent = [{ resource: volume('v') }];
    const refined = volume('v', { reservations: [dynamic('eng'), dynamic('eng/web')] });
    expect(check('CREATE', [refined], { onAgent })).toBeUndefined();
  });

  it('refuses the same volume twice in one operation, which would merge into two copies (A-048)', () => {
    expect(check('CREATE', [volume('v'), volume('v')])?.message).toBe('The operation names volume eng/v twice.');
    expect(check('CREATE', [volume('v'), volume('w')])).toBeUndefined();
  });

  it('refuses to make a volume shared, or no longer shared, afterwards (A-193)', () => {
    expect(check('CREATE', [volume('v', { shared: true })], { onAgent: [{ resource: volume('v', { shared: false }) }] })?.code).toBe(
      'volume_exists',
    );
    expect(check('CREATE', [volume('v', { shared: false })], { onAgent: [{ resource: volume('v') }] })?.code).toBe('volume_exists');
  });

  it('needs the framework’s own principal as creator, if it has one (B-051)', () => {
    const by = { principal: 'p' };
    expect(check('CREATE', [volume('v', { principal: 'p' })], { by })).toBeUndefined();
    expect(check('CREATE', [volume('v', { principal: 'q' })], { by })?.message).toContain(
      "principal 'p' in disk.persistence; it carries 'q'",
    );
    expect(check('CREATE', [volume('v')], { by })?.message).toContain('it carries none');
    expect(check('CREATE', [volume('v', { principal: 'q' })])).toBeUndefined();
  });

  it('may be done from a sub-role on its ancestor’s reservation (B-052)', () => {
    expect(check('CREATE', [volume('v')], { role: 'eng/web', by: { roles: ['eng/web'] } })).toBeUndefined();
  });

  it('takes volumes of one allocation role only, and looks at that last (B-023, B-050)', () => {
    const other = { ...volume('w'), allocationRole: 'ops' };
    expect(check('CREATE', [volume('v'), other])?.message).toContain("allocated to the role 'ops'");
    expect(
      check('CREATE', [volume('v'), { ...other, disk: { ...other.disk, volume: { containerPath: 'w', mode: 'RO' } } }])?.message,
    ).toContain('mode RO');
  });

  it('asks for uniqueness before capability before principal (B-050)', () => {
    const by = { capabilities: new Set([]), principal: 'p' };
    expect(check('CREATE', [volume('v')], { by, onAgent: [{ resource: volume('v') }] })?.code).toBe('volume_exists');
    expect(check('CREATE', [volume('v')], { by })?.code).toBe('capability_missing');
    expect(check('CREATE', [volume('v')], { by: { principal: 'p' } })?.code).toBe('operation_invalid');
  });
});

describe('DESTROY', () => {
  const onAgent = [{ resource: volume('v') }];

  it('passes a volume named exactly, by a framework without SHARED_RESOURCES too (A-032)', () => {
    expect(check('DESTROY', [volume('v')], { onAgent, by: { capabilities: new Set([]) } })).toBeUndefined();
  });

  it('ignores container path and creator (A-046)', () => {
    expect(check('DESTROY', [volume('v', { path: '/else/where', principal: 'q' })], { onAgent })).toBeUndefined();
  });

  it.each<[string, Resource]>([
    ['id', volume('w')],
    ['size', volume('v', { mb: 65 })],
    ['role', volume('v', { reservations: [dynamic('ops')] })],
    ['reserver', volume('v', { reservations: [dynamic('eng', 'q')] })],
    ['sharedness', volume('v', { shared: false })],
    ['source', { ...volume('v'), disk: { ...volume('v').disk, source: { type: 'PATH', root: '/x' } } }],
  ])('refuses another %s (A-046)', (_, named) => {
    expect(check('DESTROY', [named], { onAgent })?.code).toBe('volume_not_found');
  });

  it('refuses mode RO, and plain disk, before it looks for the volume (A-034, A-038)', () => {
    expect(check('DESTROY', [volume('v', { mode: 'RO' })])?.message).toContain('mode RO');
    expect(check('DESTROY', [engDisk(64)])?.message).toContain('is not a persistent volume');
  });

  it('refuses the same volume twice in one operation (A-027)', () => {
    expect(check('DESTROY', [volume('v'), volume('v')], { onAgent })?.message).toContain('twice');
  });

  it('refuses a volume that an earlier operation of the call is to destroy', () => {
    expect(check('DESTROY', [volume('v')], { onAgent: [{ resource: volume('v'), destroyedBy: 2 }] })?.message).toContain(
      'operation 2 of the same call',
    );
  });
});
