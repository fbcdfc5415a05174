import { volumeResource } from '@holdfast/testing/volume-store';
import { asRecorded, resourceText } from './recorded-resource';

const resource = volumeResource('eng/v');

describe('the text of a recorded resource', () => {
  it('is the same whatever the order of the fields, and without the allocation role', () => {
    const turned = Object.fromEntries(Object.entries({ ...resource, allocationRole: 'eng/a' }).reverse()) as unknown as typeof resource;
    expect(resourceText(turned)).toBe(resourceText(resource));
    expect(asRecorded(turned)).toEqual(resource);
  });

  it('differs when the size or the sharedness differs', () => {
    expect(resourceText({ ...resource, shared: false })).not.toBe(resourceText(resource));
    expect(resourceText(volumeResource('eng/v', { sizeMb: 41 }))).not.toBe(resourceText(resource));
  });

  it('is JSON that says the same as the resource', () => {
    expect(JSON.parse(resourceText(resource))).toEqual(resource);
  });
});
