import { ok, type Result } from '@holdfast/core/base';
import type { ResourceOperation } from '@holdfast/core/offers';
import { Resources } from '@holdfast/core/resources';
import type { AgentMessage } from '@holdfast/contracts';
import { recordedLog } from '@holdfast/testing/log';
import { reservedDisk } from '../disks/volumes.fixture';
import { runGroup, runTask } from '../fake-master.fixture';
import { Instructions, type InstructionDeps } from './instructions';
import type { Instruction } from './master-link';

let events: string[];
let sent: AgentMessage[];
let broken: unknown[];
let finishDeletions: () => void;
let finishOperation: (result: Result<void>) => void;
let instructions: Instructions;

beforeEach(() => {
  events = [];
  sent = [];
  broken = [];
  let deletions: Promise<void> = Promise.resolve();
  const deps: InstructionDeps = {
    checkpoint: { resources: Resources.empty, destroying: new Set() },
    operations: {
      deletionsDone: () => deletions,
      creationFailure: () => undefined,
      begin: async ({ type }: ResourceOperation) => {
        events.push(`begin ${type}`);
        if (type !== 'DESTROY') return { outcome: Promise.resolve(ok(undefined)) };
        const outcome = new Promise<Result<void>>((resolve) => (finishOperation = resolve));
        deletions = new Promise((resolve) => (finishDeletions = resolve));
        return { outcome };
      },
    },
    tasks: {
      receiveGroup: ({ tasks }) => {
        const names = tasks.map(({ info }) => info.taskId);
        events.push(`receive ${names.join()}`);
        return { group: undefined as never, launches: names as never };
      },
      beginGroup: async ({ launches }) => void events.push(`begin ${launches.join()}`),
      shutdownExecutor: (framework, executor) => void events.push(`shutdown ${framework}/${executor}`),
      receive: ({ info }) => {
        events.push(`receive ${info.taskId}`);
        return info.taskId as never;
      },
      begin: async (launch) => void events.push(`begin ${String(launch)}`),
      abandon: (launch) => void events.push(`abandon ${String(launch)}`),
      kill: (_framework, taskId) => void events.push(`kill ${taskId}`),
      acknowledge: (_framework, taskId) => void events.push(`acknowledge ${taskId}`),
      shutdownFramework: (framework) => void events.push(`shutdown ${framework}`),
      confirmGone: ({ taskId }) => void events.push(`confirm ${taskId}`),
    },
    feedback: {
      conclude: async ({ frameworkId, operationId }, { ok: isOk }) => void events.push(`conclude ${frameworkId}/${operationId} ${isOk}`),
      acknowledge: async (framework, operation) => void events.push(`acknowledge ${framework}/${operation}`),
      forgetFramework: async (framework) => void events.push(`forget ${framework}`),
    },
    executors: {
      message: ({ executorId }) => void events.push(`message ${executorId}`),
      confirmGone: ({ executorId }) => void events.push(`confirm ${executorId}`),
    },
    inspect: async () => {
      events.push('begin inspection');
      return { volumes: [], launches: [], strayMounts: [] };
    },
    fence: { learnRevision: (revision) => void events.push(`revision ${revision}`) },
    log: recordedLog(),
    send: (message) => void sent.push(message),
    onBroken: (fault) => void broken.push(fault),
  };
  instructions = new Instructions(deps);
});

const operation = (type: ResourceOperation['type'], ledgerRevision = 0): Instruction => ({
  kind: 'apply_operation',
  operationUuid: type,
  operation: { type, resources: [reservedDisk(1)] },
  ledgerRevision,
});
const carryOut = (...all: readonly Instruction[]) => all.forEach((one) => instructions.carryOut(one));
const settle = () => new Promise(setImmediate);
const done = () => events.filter((event) => event.startsWith('begin'));

it('begins operations and launches in the order in which they come', async () => {
  carryOut(operation('RESERVE'), runTask({ id: 't1' }), operation('CREATE'), runTask({ id: 't2' }));
  await instructions.settled();
  expect(done()).toEqual(['begin RESERVE', 'begin t1', 'begin CREATE', 'begin t2']);
  expect(sent).toEqual([
    { kind: 'operation_outcome', operationUuid: 'RESERVE' },
    { kind: 'operation_outcome', operationUuid: 'CREATE' },
  ]);
});

it('begins the tasks of a group together, at their place in the order', async () => {
  carryOut(operation('RESERVE'), { ...runGroup([{ id: 't1' }, { id: 't2' }]), ledgerRevision: 9 }, operation('CREATE'));
  await instructions.settled();
  expect(done()).toEqual(['begin RESERVE', 'begin t1,t2', 'begin CREATE']);
  expect(events).toContain('revision 9');
});

it('begins no task of a group that a lost stream has left waiting', async () => {
  carryOut(operation('DESTROY'), operation('CREATE'), runGroup([{ id: 't1' }, { id: 't2' }]));
  await settle();
  instructions.abandon();
  finishDeletions();
  await instructions.settled();
  expect(events).toEqual(expect.arrayContaining(['abandon t1', 'abandon t2']));
  expect(done()).toEqual(['begin DESTROY']);
});

it('has the framework told of an operation with an id after the master (D-094)', async () => {
  carryOut({ kind: 'acknowledge_operation', frameworkId: 'f1', operationId: 'o0', uuid: new Uint8Array(16) });
  const tracked = { ...operation('RESERVE'), frameworkId: 'f1' } as Extract<Instruction, { kind: 'apply_operation' }>;
  carryOut({ ...tracked, operation: { ...tracked.operation, id: 'o1' } }, tracked, operation('CREATE'));
  await instructions.settled();
  await settle();
  expect(events.filter((event) => /conclude|acknowledge/.test(event))).toEqual(['acknowledge f1/o0', 'conclude f1/o1 true']);
  expect(sent).toHaveLength(3);
});

it('lets kills and confirmations pass by what waits', async () => {
  carryOut(operation('DESTROY'), operation('CREATE'), runTask({ id: 't1' }));
  carryOut({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1' }, { kind: 'shutdown_framework', frameworkId: 'f1' });
  carryOut({ kind: 'shutdown_executor', frameworkId: 'f1', executorId: 'e1' });
  carryOut({ kind: 'acknowledge_update', frameworkId: 'f1', taskId: 't0', uuid: new Uint8Array(16) });
  carryOut({ kind: 'task_gone_confirmed', frameworkId: 'f1', taskId: 't0', launchId: 'l0' });
  carryOut({ kind: 'executor_message', frameworkId: 'f1', executorId: 'e1', data: new Uint8Array() });
  carryOut({ kind: 'executor_gone_confirmed', frameworkId: 'f1', executorId: 'e2' });
  await settle();
  expect(events).toEqual(
    expect.arrayContaining(['receive t1', 'kill t1', 'shutdown f1', 'forget f1', 'shutdown f1/e1', 'acknowledge t0', 'confirm t0']),
  );
  expect(events).toEqual(expect.arrayContaining(['message e1', 'confirm e2']));
  expect(done()).toEqual(['begin DESTROY']);
});

it('lets launches pass by data that is being deleted, operations and what stands behind them not', async () => {
  carryOut(operation('DESTROY'), runTask({ id: 't1' }), operation('CREATE'), runTask({ id: 't2' }));
  await settle();
  expect(done()).toEqual(['begin DESTROY', 'begin t1']);
  expect(sent).toEqual([]);
  finishOperation(ok(undefined));
  finishDeletions();
  await instructions.settled();
  expect(done()).toEqual(['begin DESTROY', 'begin t1', 'begin CREATE', 'begin t2']);
  await settle();
  expect(sent.map((message) => message.kind === 'operation_outcome' && message.operationUuid)).toEqual(['DESTROY', 'CREATE']);
});

it('never begins what a lost stream has left waiting, and does not keep the next report waiting for it', async () => {
  carryOut(operation('DESTROY'), operation('CREATE'), runTask({ id: 't1' }));
  await settle();
  instructions.abandon();
  // While the data is still being deleted.
  await instructions.settled();
  expect(events).toContain('abandon t1');
  carryOut(runTask({ id: 't2' }), operation('RESERVE'));
  finishDeletions();
  await instructions.settled();
  expect(done()).toEqual(['begin DESTROY', 'begin t2', 'begin RESERVE']);
});

it('remembers the ledger revisions that it is told', () => {
  carryOut(operation('RESERVE', 5), { ...runTask({ id: 't1' }), ledgerRevision: 7 });
  expect(events).toEqual(expect.arrayContaining(['revision 5', 'revision 7']));
});

it('passes on refusals, and what is worse than a refusal', async () => {
  carryOut(operation('DESTROY'));
  await settle();
  const refusal = { code: 'agent_failed', message: 'no', details: { problem: 'no' } } as const;
  finishOperation({ ok: false, refusal });
  await settle();
  expect(sent).toEqual([{ kind: 'operation_outcome', operationUuid: 'DESTROY', refusal }]);
  expect(broken).toEqual([]);
});

it('inspects at its place in the order, and answers before anything that comes after takes effect', async () => {
  carryOut(operation('RESERVE'), runTask({ id: 't1' }), { kind: 'inspect', requestId: 'i1' }, runTask({ id: 't2' }));
  await instructions.settled();
  expect(done()).toEqual(['begin RESERVE', 'begin t1', 'begin inspection', 'begin t2']);
  expect(sent.at(-1)).toEqual({ kind: 'inspection', requestId: 'i1', inspection: { volumes: [], launches: [], strayMounts: [] } });
});

it('answers no inspection for which a lost stream has asked', async () => {
  carryOut(operation('DESTROY'), operation('CREATE'), { kind: 'inspect', requestId: 'i1' });
  await settle();
  instructions.abandon();
  await instructions.settled();
  expect(events).not.toContain('begin inspection');
});
