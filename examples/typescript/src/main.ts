import {
  allApplied,
  connectScheduler,
  createVolume,
  destroyVolume,
  disk,
  findVolume,
  launch,
  orThrow,
  persistentVolume,
  reserve,
  reserved,
  reservedDiskMb,
  task,
  unreserve,
  unreservedDiskMb,
} from '@holdfast/scheduler-sdk';

const SIZE_MB = 256;
/** Two tasks that hold the volume for a while: one writes, one reads what the other wrote. */
const WRITER = 'for n in 1 2 3 4 5 6 7 8; do echo "line $n" >> example/lines.txt; sleep 0.5; done';
const READER = 'until [ -s example/lines.txt ]; do sleep 0.1; done; sleep 3; cat example/lines.txt';

async function main(): Promise<void> {
  const scheduler = await connectScheduler({
    address: process.env['HOLDFAST_MASTER'] ?? '127.0.0.1:7050',
    // Without this capability shared volumes are never offered.
    framework: { name: 'shared-volume-example', roles: ['eng'], capabilities: ['SHARED_RESOURCES'] },
  });
  console.log(`Subscribed as framework ${scheduler.frameworkId}.`);
  scheduler.on('disconnected', ({ reason, retryInMs }) => console.log(`Connection lost (${reason}); trying again in ${retryInMs} ms.`));
  scheduler.on('updated', ({ taskId, state, message = '' }) => console.log(`  ${taskId} is ${state} ${message}`));

  // What is to become of the disk: reserved for our role, then a volume that several tasks may hold at once.
  const reservedDisk = reserved(disk(SIZE_MB), { role: 'eng' });
  const volume = persistentVolume(reservedDisk, { id: 'example', shared: true });

  const offer = await scheduler.findOffer((candidate) => unreservedDiskMb(candidate) >= SIZE_MB);
  const { agentId } = offer;
  // The other agents are of no use to us: others may have them.
  await scheduler.decline(
    scheduler.offers.filter((other) => other !== offer),
    { refuseMs: 60_000 },
  );

  const small = { agentId, cpus: 0.2, memMb: 64 };
  allApplied(
    await scheduler.accept(
      offer,
      [
        reserve(reservedDisk),
        createVolume(volume),
        launch(
          task({ ...small, id: 'writer', command: WRITER, volumes: [{ volume, mode: 'RW' }] }),
          task({ ...small, id: 'reader', command: READER, volumes: [{ volume, mode: 'RW' }] }),
        ),
      ],
      { refuseMs: 0 },
    ),
  );
  console.log(`Reserved ${SIZE_MB} MB, created the shared volume "example" and launched two tasks on it, in one ACCEPT.`);
  for (const id of ['writer', 'reader']) await scheduler.untilTask(id, ['TASK_RUNNING']);

  // The volume is offered although it is in use; that does not mean that it may be destroyed.
  const inUse = await scheduler.findOffer((candidate) => findVolume(candidate, 'example') !== undefined);
  const [refusedDestroy] = orThrow(await scheduler.accept(inUse, [destroyVolume(volume)], { refuseMs: 0 }));
  console.log(`DESTROY while in use: ${refusedDestroy?.refusal?.message ?? 'applied, which must not be'}`);

  for (const id of ['writer', 'reader']) await scheduler.untilTask(id, ['TASK_FINISHED']);
  const free = await scheduler.findOffer((candidate) => findVolume(candidate, 'example') !== undefined);
  allApplied(await scheduler.accept(free, [destroyVolume(volume)], { refuseMs: 0 }));
  console.log('DESTROY when nobody holds it: applied.');

  const leftover = await scheduler.findOffer((candidate) => reservedDiskMb(candidate, 'eng') >= SIZE_MB);
  allApplied(await scheduler.accept(leftover, [unreserve(reservedDisk)]));
  console.log(`Unreserved the ${SIZE_MB} MB. Done.`);

  orThrow(await scheduler.teardown());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
