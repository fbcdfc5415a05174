import { formatResources } from './format-resources';
import { parseResources } from './parse-resources';
import { Resources } from './resources';
import { sample, sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';

it('writes the text form where that says everything', () => {
  const text = 'cpus:0.5;disk(eng):2048;ports:[1-2,5-6];zones:{a,b}';
  expect(formatResources(sample(text))).toBe(text);
  expect(formatResources(Resources.empty)).toBe('');
});

it('writes JSON where the text form would lose something', () => {
  const lossy = [
    sampleVolume(),
    sampleDisk({ source: { type: 'PATH', root: '/a' } }),
    sampleDisk({ reservations: [{ type: 'static', role: 'a', principal: 'p' }] }),
    sampleDisk({ reservations: [{ type: 'dynamic', role: 'a' }] }),
    sampleDisk({
      reservations: [
        { type: 'static', role: 'a' },
        { type: 'dynamic', role: 'a/b' },
      ],
    }),
    { ...sampleOne('cpus:1'), revocable: true },
    { ...sampleOne('cpus:1'), allocationRole: 'a' },
    { ...sampleOne('cpus:1'), providerId: 'a' },
    { ...sampleOne('cpus:1'), name: 'a:b' },
    { ...sampleOne('zones:{a}'), value: { kind: 'set' as const, items: ['a,b'] } },
  ];
  for (const resource of lossy) {
    const text = formatResources(Resources.of([resource]));
    expect(text).toMatch(/^\[/);
    expect(parseResources(text)).toEqual({ ok: true, value: [resource] });
  }
});

it('writes JSON for what is shared, even where nothing may be', () => {
  expect(formatResources(Resources.of([{ ...sampleOne('cpus:1'), shared: true }]))).toContain('"shared":{}');
});

it('writes a shared volume as often as it has copies (A-029)', () => {
  const volume = sampleVolume();
  const read = parseResources(formatResources(Resources.of([volume, volume])));
  expect(read.ok && Resources.of(read.value).count(volume)).toBe(2);
});
