import type { Command } from 'commander';
import { holderId, type Holder } from '@holdfast/core/base';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { VolumeName } from '@holdfast/contracts';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../../context';
import { plainHolder, plainVolume } from '../../output';
import { asksMaster, parseLimit, print, withOperator, type Expect } from '../ask-master';
import { describeVolume, holderTable } from './describe-volume';
import { AGENT_OPTION, locate, parseVolume, VOLUME_ARGUMENT, type OneVolumeOptions } from './volume-name';

interface HoldersOptions extends OneVolumeOptions {
  readonly limit?: number;
}

/** The most that a master puts into one answer. */
const PAGE = 1000;

/** `volume show` and `volume holders`. */
export function addShowCommands(volume: Command, context: CliContext): void {
  asksMaster(volume.command('show').description('show one volume, who holds it, and what a destroy of it waits for'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option(...AGENT_OPTION)
    .action(async (key: VolumeKey, options: OneVolumeOptions) => {
      const { volume: found } = await withOperator(context, options, async (operator, expect) =>
        expect(operator.volume(await locate(operator, expect, key, options.agent))),
      );
      print(context, options, plainVolume(found), () => `${describeVolume(found, Date.now())}\n\n${holderTable(context, found.holders)}`);
    });

  asksMaster(volume.command('holders').description('list the tasks that hold a volume now'), context)
    .argument(...VOLUME_ARGUMENT, parseVolume)
    .option(...AGENT_OPTION)
    .option('--limit <count>', 'at most so many; without it, all', parseLimit)
    .action(async (key: VolumeKey, options: HoldersOptions) => {
      const { holders, total } = await withOperator(context, options, async (operator, expect) =>
        readHolders(operator, expect, await locate(operator, expect, key, options.agent), options.limit),
      );
      print(context, options, holders.map(plainHolder), () => holderTable(context, holders));
      if (holders.length < total && options.limit !== undefined)
        context.terminal.complain(`These are ${holders.length} of ${total}; without --limit all are listed.`);
    });
}

interface ReadHolders {
  readonly holders: readonly Holder[];
  readonly total: number;
}

/** Page by page. The ledger may tell a holder twice while others come and go; it is listed once. */
async function readHolders(operator: Operator, expect: Expect, name: VolumeName, limit = Infinity): Promise<ReadHolders> {
  const found = new Map<string, Holder>();
  let pageToken: string | undefined;
  let total: number;
  do {
    const pageSize = Math.min(PAGE, limit - found.size);
    const page = await expect(operator.holders({ ...name, pageSize, ...(pageToken !== undefined && { pageToken }) }));
    for (const holder of page.holders) found.set(holderId(holder), holder);
    pageToken = page.nextPageToken;
    total = page.count;
  } while (pageToken !== undefined && found.size < limit);
  // A page holds about as many as were asked for.
  return { holders: [...found.values()].slice(0, limit), total };
}
