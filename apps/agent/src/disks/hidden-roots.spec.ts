import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type DiskSource, Resources, scalar } from '@holdfast/core/resources';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { hiddenRoots } from './index';

const directory = useTempDirectory();

const hidden = (...disks: readonly DiskSource[]) =>
  hiddenRoots(
    join(directory(), 'work'),
    Resources.of([scalar('cpus', 1), scalar('disk', 1), ...disks.map((source) => ({ ...scalar('disk', 1), disk: { source } }))]),
  );

it('are the work directory and the roots of the disks outside of it, there or not', async () => {
  const at = (name: string) => join(directory(), name);
  expect(
    await hidden(
      { type: 'PATH', root: at('a') },
      { type: 'MOUNT', root: at('b') },
      { type: 'MOUNT', root: at('b/c') },
      { type: 'PATH', root: 'inside' },
      { type: 'PATH', root: at('work-2') },
      { type: 'RAW', root: at('raw') },
      { type: 'PATH' },
    ),
  ).toEqual([at('work'), at('a'), at('b'), at('work-2')]);
});

it('are named without links on the way', async () => {
  mkdirSync(join(directory(), 'real'));
  symlinkSync(join(directory(), 'real'), join(directory(), 'link'));
  expect(await hidden({ type: 'MOUNT', root: join(directory(), 'link') })).toEqual([join(directory(), 'work'), join(directory(), 'real')]);
});

it('leave the programs of the machine visible where the whole machine is a PATH disk', async () => {
  expect(await hidden({ type: 'PATH', root: '/' })).toEqual([join(directory(), 'work'), '/volumes']);
});
