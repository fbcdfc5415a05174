import { parseResources } from './parse-resources';
import { Resources } from './resources';
import { sampleDisk } from './sample-resources.fixture';

const read = (text: string, defaultRole?: string) => {
  const result = Resources.parse(text, defaultRole);
  return result.ok ? String(result.value) : result.refusal.message;
};

describe('the text form of --resources', () => {
  it('reads scalars, ranges and sets', () => {
    expect(read('cpus:4;mem:4096;ports:[31000-32000, 5-6];disks:{sda1, sdb1}')).toBe(
      'cpus:4; mem:4096; ports:[5-6, 31000-32000]; disks:{sda1, sdb1}',
    );
  });

  it('reads a role as a static reservation, several of one name too (B-001)', () => {
    expect(read('disk:10240;disk(eng):2048;disk(eng/web):1;mem(*):5')).toBe(
      'disk:10240; disk(reservations: [(STATIC,eng)]):2048; disk(reservations: [(STATIC,eng/web)]):1; mem:5',
    );
  });

  it('reserves what names no role to the default role', () => {
    expect(read('cpus:1;mem(*):2', 'eng')).toBe('cpus(reservations: [(STATIC,eng)]):1; mem:2');
  });

  it('allows spaces, line ends and empty parts', () => {
    expect(read('  cpus : 4 ;\n mem( eng ):0.5;; ')).toBe('cpus:4; mem(reservations: [(STATIC,eng)]):0.5');
    expect(read('')).toBe('{}');
  });

  it.each([
    ['cpus', "resources[0]: 'cpus': has no ':'"],
    ['cpus:1;mem:2:3', "resources[1]: 'mem:2:3': has more than one ':'"],
    ['disk(eng:1', "the '(' before the role has no ')' after it"],
    ['disk)eng(:1', "the '(' before the role has no ')' after it"],
    ['disk eng):1', "has a ')' without a '('"],
    ['disk(eng)x:1', "has 'x' between the role's ')' and the ':'"],
    ['disk():1', "has no role between '(' and ')'"],
    [':1', "has no name before ':'"],
    ['(eng):1', "has no name before '('"],
    ['cpus:', "has no value after ':'"],
    ['cpus:four', "'four' is neither a number like 0.5, nor ranges like [1-2,5-6], nor a set like {a,b}"],
    ['cpus:0x10', "'0x10' is neither a number"],
    ['cpus:-1', 'the value may not be negative: -1'],
    ['cpus:0.0001', 'the value is too small: 0.0001; three decimal places are kept'],
    ['ports:[1-2', "'[1-2' has no ']' at its end"],
    ['ports:[1]', "'1' is not a range; expected two whole numbers like 31000-32000"],
    ['ports:[1-2,,4-5]', "'' is not a range"],
    ['ports:[3-1]', 'resources[0].ranges.range[0]: ends before it begins: 3-1'],
    ['zones:{a,}', 'has an empty item in its set'],
    ['zones:{a}b}', 'has a bracket in it; the JSON form can say that'],
    ['disk(-x):1', "resources[0].reservations[0].role: The role '-x' may not have a part that starts with a dash."],
  ])('refuses %s, and says which part is wrong', (text, message) => {
    expect(read(text)).toContain(message);
  });

  it('says what it expects', () => {
    expect(read('disk(eng:1')).toContain('expected name:value or name(role):value, such as cpus:4 or disk(eng):2048');
  });
});

describe('the JSON form of --resources', () => {
  const json = (...resources: object[]) => JSON.stringify(resources);
  const cpus = { name: 'cpus', type: 'SCALAR', scalar: { value: 45.55 } };

  it('reads scalars, ranges and sets', () => {
    const ports = { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 1, end: 2 }] } };
    expect(read(json(cpus, ports, { name: 'zones', type: 'SET', set: { item: ['a'] } }))).toBe('cpus:45.55; ports:[1-2]; zones:{a}');
  });

  it('reads either way to name a role, and the default role for neither (B-001)', () => {
    const reserved = 'cpus(reservations: [(STATIC,eng)]):45.55';
    expect(read(json({ ...cpus, role: 'eng' }))).toBe(reserved);
    expect(read(json({ ...cpus, reservations: [{ type: 'STATIC', role: 'eng' }] }))).toBe(reserved);
    expect(read(json(cpus), 'eng')).toBe(reserved);
    expect(read(json({ ...cpus, role: '*' }), 'eng')).toBe('cpus:45.55');
  });

  it('reads disks that the text form cannot name', () => {
    const disk = {
      name: 'disk',
      type: 'SCALAR',
      scalar: { value: 64 },
      role: 'role1',
      disk: { source: { type: 'MOUNT', mount: { root: '/a' } } },
    };
    const result = parseResources(json(disk));
    expect(result).toEqual({ ok: true, value: [sampleDisk({ source: { type: 'MOUNT', root: '/a' } })] });
  });

  it.each([
    ['[{"name":', 'resources: is not a list in JSON'],
    [json({ ...cpus, scaler: 1 }), 'resources[0].scaler: is not known; known are name, type'],
    [json({ ...cpus, scalar: { value: '4' } }), 'resources[0].scalar.value: must be a number'],
    [json({ ...cpus, scalar: { value: 0.0001 } }), 'resources[0].scalar.value: is too small'],
    [json({ ...cpus, scalar: undefined }), 'resources[0].scalar: must be an object'],
    [json({ ...cpus, set: { item: [] } }), 'resources[0].set: must not be set for the type SCALAR'],
    [json({ ...cpus, type: 'TEXT' }), 'resources[0].type: must be SCALAR or RANGES or SET'],
    [json(cpus, { ...cpus, name: 7 }), 'resources[1].name: must be a text'],
    [json({ ...cpus, reservations: {} }), 'resources[0].reservations: must be a list'],
    [json({ ...cpus, role: '*', reservation: {} }), "resources[0].reservation: the role '*' cannot be reserved"],
    [json({ ...cpus, disk: { source: { type: 'PATH', mount: {} } } }), 'resources[0].disk.source.mount: must not be set for the type PATH'],
  ])('refuses %s, and says which field is wrong', (text, message) => {
    expect(read(text)).toContain(message);
  });
});
