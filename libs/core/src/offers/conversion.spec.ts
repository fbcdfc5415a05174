import { Resources, scalar } from '@holdfast/core/resources';
import { cpus, dynamic, engDisk, grow, reserved, shrink, text, volume } from './accept.fixture';
import { conversionOf, convert, convertTotal, resizeConversion, resizedVolume } from './conversion';

const source = { type: 'PATH', root: '/mnt/x' } as const;

describe('conversions', () => {
  it('CREATE consumes the plain disk under a volume and produces one copy (A-023)', () => {
    const { consumed, produced } = conversionOf('CREATE', [volume('v')]);
    expect(consumed.equals(Resources.of([engDisk(64)]))).toBe(true);
    expect(produced.equals(Resources.of([volume('v')]))).toBe(true);
    expect(produced.count(volume('v'))).toBe(1);
  });

  it('CREATE keeps the source of a disk that has one (A-023)', () => {
    const onPath = { ...volume('v'), disk: { ...volume('v').disk, source } };
    expect(conversionOf('CREATE', [onPath]).consumed.toList()[0]?.disk).toEqual({ source });
  });

  it('CREATE then DESTROY restores exactly what there was (A-024)', () => {
    const before = Resources.of([engDisk(100), cpus(1)]);
    const created = convert(before, conversionOf('CREATE', [volume('v')]));
    const restored = created.ok && convert(created.value, conversionOf('DESTROY', [volume('v', { path: 'elsewhere' })]));
    expect(restored && restored.ok && restored.value.equals(before)).toBe(true);
  });

  it('CREATE of more than there is changes nothing (A-025)', () => {
    const before = Resources.of([engDisk(63)]);
    expect(convert(before, conversionOf('CREATE', [volume('v')]))).toMatchObject({
      ok: false,
      refusal: { code: 'insufficient_resources' },
    });
  });

  it('DESTROY consumes one copy of a shared volume and produces plain disk that is not shared (A-026)', () => {
    const { consumed, produced } = conversionOf('DESTROY', [volume('v')]);
    expect(consumed.count(volume('v'))).toBe(1);
    expect(produced.equals(Resources.of([engDisk(64)]))).toBe(true);
  });

  it('UNRESERVE pops exactly one reservation: a refined one returns to the role below (B-040)', () => {
    const refined = reserved(cpus(2), 'eng', 'eng/web');
    expect(conversionOf('UNRESERVE', [refined]).produced.equals(Resources.of([reserved(cpus(2), 'eng')]))).toBe(true);
    expect(conversionOf('UNRESERVE', [reserved(cpus(2), 'eng')]).produced.equals(Resources.of([cpus(2)]))).toBe(true);
  });

  it('RESERVE is the reverse, and leaves other principals’ reservations alone', () => {
    const { consumed, produced } = conversionOf('RESERVE', [reserved(cpus(2), dynamic('eng', 'p'))]);
    expect(text(consumed)).toBe('cpus:2');
    expect(produced.equals(Resources.of([reserved(cpus(2), dynamic('eng', 'p'))]))).toBe(true);
    expect(produced.equals(Resources.of([reserved(cpus(2), dynamic('eng', 'q'))]))).toBe(false);
  });

  it('GROW and SHRINK keep the sum, to the thousandth, and all of the volume but its size (B-059)', () => {
    const onPath = { ...volume('v', { principal: 'p', path: 'data', shared: false }) };
    const grown = resizedVolume(grow(onPath, 0.001));
    expect(grown).toEqual({ ...onPath, value: { kind: 'scalar', milli: 64_001 } });
    const up = resizeConversion(grow(onPath, 0.001));
    expect([text(up.consumed), text(up.produced)]).toEqual([text(Resources.of([onPath, engDisk(0.001)])), text(Resources.of([grown]))]);
    const down = resizeConversion(shrink(grown, 0.001));
    expect(down.consumed.equals(up.produced) && down.produced.equals(up.consumed)).toBe(true);
  });

  it('of a shared volume that is grown while tasks have copies changes the one that the total has (A-097)', () => {
    const total = Resources.of([engDisk(10), volume('v')]);
    const extra = { consumed: Resources.empty, produced: Resources.of([volume('v')]) };
    const after = convertTotal(total, [extra, resizeConversion(grow(volume('v'), 10)), extra]);
    expect(after.ok && after.value.equals(Resources.of([volume('v', { mb: 74 })]))).toBe(true);
    const twice = resizeConversion(grow(volume('v'), 5));
    expect(convertTotal(total, [twice, twice])).toMatchObject({ ok: false, refusal: { code: 'insufficient_resources' } });
  });

  it('extra copies of a shared volume never change an agent’s total (A-059, A-097)', () => {
    const total = Resources.of([engDisk(100), scalar('mem', 5)]);
    const create = conversionOf('CREATE', [volume('v')]);
    const extra = { consumed: Resources.empty, produced: Resources.of([volume('v')]) };
    const after = convertTotal(total, [create, extra, extra]);
    expect(after.ok && after.value.count(volume('v'))).toBe(1);
    expect(after.ok && after.value.equals(Resources.of([engDisk(36), scalar('mem', 5), volume('v')]))).toBe(true);
    expect(convertTotal(total, [create, create]).ok).toBe(false);
  });
});
