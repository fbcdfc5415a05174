import type { TaskVolume } from '@holdfast/core/tasks';
import { absentFrom, asMounted, clashWith, isSame, missingIn, toUnmount } from './volume-plan';

const volume = (name: string, containerPath: string, mode: 'RW' | 'RO' = 'RW') => ({ volume: name, containerPath, mode }) as TaskVolume;
const mounted = (...volumes: readonly TaskVolume[]) => volumes.map(asMounted);

describe('the volumes of an executor’s container', () => {
  it('may hold one volume at several paths and with several modes (A-156)', () => {
    expect(clashWith(mounted(volume('v1', 'data')), [volume('v1', 'copy', 'RO'), volume('v2', 'database')])).toBeUndefined();
  });

  it.each([
    ['another volume at the same path', volume('v2', 'data')],
    ['the same volume with another access at the same path', volume('v1', 'data', 'RO')],
    ['a path below', volume('v2', 'data/inner')],
  ])('cannot hold %s', (_what, wanted) => expect(clashWith(mounted(volume('v1', 'data/')), [wanted])).toContain('data'));

  it('cannot hold a path around another', () => {
    expect(clashWith(mounted(volume('v1', 'data/inner')), [volume('v2', 'data')])).toContain('data/inner');
  });

  it('are compared by place, however that is spelt', () => {
    expect(isSame(asMounted(volume('v1', 'a//b/')), volume('v1', 'a/b'))).toBe(true);
    expect(missingIn(mounted(volume('v1', 'a/b')), [volume('v1', 'a/b/'), volume('v1', 'c')])).toEqual([volume('v1', 'c')]);
  });

  it('are fixed once it runs', () => {
    expect(absentFrom(mounted(volume('v1', 'data')), [volume('v1', 'data')])).toBeUndefined();
    expect(absentFrom(mounted(volume('v1', 'data')), [volume('v1', 'data', 'RO')])).toContain('v1');
  });

  it('are unmounted when the last task is over that uses them (A-155)', () => {
    const all = mounted(volume('v1', 'data'), volume('v1', 'copy', 'RO'), volume('v2', 'other'));
    const over = [volume('v1', 'data'), volume('v1', 'copy', 'RO')];
    expect(toUnmount(all, over, [[volume('v1', 'data')], []])).toEqual(mounted(volume('v1', 'copy', 'RO')));
    expect(toUnmount(all, over, [])).toEqual(mounted(...over));
  });
});
