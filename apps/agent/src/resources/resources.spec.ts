import { Resources } from '@holdfast/core/resources';
import { volumeResource } from '../disks/volumes.fixture';
import { detectResources, parseAttributes, parseDomain, readResources, writeResources } from './index';

it('detects processors, memory and disk of the machine', async () => {
  const parsed = Resources.parse(await detectResources('/'));
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  for (const name of ['cpus', 'mem', 'disk']) expect(parsed.value.scalarMilli(name)).toBeGreaterThan(0);
});

it('reads where a machine stands', () => {
  expect(parseDomain('eu-west/a 1')).toBeUndefined();
  expect(parseDomain('eu-west/a')).toEqual({ region: 'eu-west', zone: 'a' });
  for (const wrong of ['', 'eu-west', '/a', 'eu-west/', 'eu/west/a', ' eu/a']) expect(parseDomain(wrong)).toBeUndefined();
});

it('reads attributes as Mesos writes them', () => {
  expect(parseAttributes(' rack:r1 ; cores:8.5;ports:[1-2,5-6]; url:http://x:80;version:1.2.3 ')).toEqual([
    { name: 'rack', value: { kind: 'text', text: 'r1' } },
    { name: 'cores', value: { kind: 'scalar', milli: 8500 } },
    {
      name: 'ports',
      value: {
        kind: 'ranges',
        ranges: [
          { begin: 1, end: 2 },
          { begin: 5, end: 6 },
        ],
      },
    },
    { name: 'url', value: { kind: 'text', text: 'http://x:80' } },
    { name: 'version', value: { kind: 'text', text: '1.2.3' } },
  ]);
  for (const wrong of ['rack', ':r1', 'rack:', 'ports:[1-', 'ports:[2-1]']) expect(() => parseAttributes(wrong)).toThrow(/attribute/);
});

it('gives back resources that were written, copies and all (A-020)', () => {
  const volume = volumeResource('v1', 10);
  const resources = Resources.of([volume, volume, volumeResource('v2', 5, { shared: false })]);
  expect(readResources(writeResources(resources))?.equals(resources)).toBe(true);
  expect(readResources(['nonsense'])).toBeUndefined();
});
