/** A framework in TypeScript: see examples/README.md for what it does. Run it with examples/typescript/run. */
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
const TASKS = ['writer', 'reader'] as const;

async function main(): Promise<void> {
  const { HOLDFAST_MASTER: address = '127.0.0.1:7050', HOLDFAST_PRINCIPAL: principal, HOLDFAST_SECRET: secret = '' } = process.env;
  const scheduler = await connectScheduler({
    address,
    // Without this capability shared volumes are never offered.
    framework: { name: 'typescript-example', roles: ['eng'], capabilities: ['SHARED_RESOURCES'] },
    ...(principal !== undefined && { credentials: { principal, secret } }),
  });
  console.log(`Subscribed as framework ${scheduler.frameworkId}.`);
  scheduler.on('disconnected', ({ reason, retryInMs }) => console.log(`Connection lost (${reason}); trying again in ${retryInMs} ms.`));
  scheduler.on('updated', ({ taskId, state }) => console.log(`  ${taskId} is ${state}`));

  // What is to become of the disk: reserved for our role, then a volume that several tasks may hold at once.
  const reservedDisk = reserved(disk(SIZE_MB), { role: 'eng' });
  const volume = persistentVolume(reservedDisk, { id: 'example', shared: true });

  const offer = await scheduler.findOffer((candidate) => unreservedDiskMb(candidate) >= SIZE_MB);
  const { agentId } = offer;
  const command = 'echo line >> example/lines.txt; sleep 600';
  const tasks = TASKS.map((id) => task({ agentId, id, command, cpus: 0.2, memMb: 64, volumes: [{ volume, mode: 'RW' }] }));
  allApplied(await scheduler.accept(offer, [reserve(reservedDisk), createVolume(volume), launch(...tasks)], { refuseMs: 0 }));
  console.log(`Reserved ${SIZE_MB} MB, created the shared volume "example" and launched two tasks on it, in one ACCEPT.`);
  for (const id of TASKS) await scheduler.untilTask(id, ['TASK_RUNNING']);

  // The volume is offered although it is in use; that does not mean that it may be destroyed.
  const withVolume = () => scheduler.findOffer((candidate) => findVolume(candidate, 'example') !== undefined);
  const [inUse] = orThrow(await scheduler.accept(await withVolume(), [destroyVolume(volume)], { refuseMs: 0 }));
  console.log(`DESTROY while in use: refused (${inUse?.refusal?.code}): ${inUse?.refusal?.message}`);

  for (const id of TASKS) {
    orThrow(await scheduler.kill(id));
    await scheduler.untilTask(id, ['TASK_KILLED']);
  }
  allApplied(await scheduler.accept(await withVolume(), [destroyVolume(volume)], { refuseMs: 0 }));
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
