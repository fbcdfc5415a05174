import { refuse } from '@holdfast/core/base';
import { masterStatus, refusedLaunchStatus } from './master-status';

describe('a status that the master makes itself', () => {
  it('has no uuid, so that nobody acknowledges it (D-051)', () => {
    const status = masterStatus({
      taskId: 't',
      agentId: 'a',
      state: 'TASK_GONE',
      reason: 'REASON_RECONCILIATION',
      timestampMs: 7,
      partitionAware: true,
    });
    expect(status).toEqual({
      taskId: 't',
      agentId: 'a',
      state: 'TASK_GONE',
      reason: 'REASON_RECONCILIATION',
      source: 'SOURCE_MASTER',
      timestampMs: 7,
    });
  });

  it('repeats what its agent has last said of its health, and its executor (D-060)', () => {
    const last = {
      executorId: 'e',
      healthy: false,
      checkResult: { kind: 'tcp', succeeded: true },
      message: 'old',
      data: Buffer.from('x'),
    } as const;
    const status = masterStatus({ taskId: 't', state: 'TASK_RUNNING', timestampMs: 7, last, partitionAware: true });
    expect(status).toEqual({
      taskId: 't',
      state: 'TASK_RUNNING',
      source: 'SOURCE_MASTER',
      timestampMs: 7,
      executorId: 'e',
      healthy: false,
      checkResult: { kind: 'tcp', succeeded: true },
    });
  });

  it('says TASK_LOST to a framework that is not PARTITION_AWARE (D-060)', () => {
    expect(masterStatus({ taskId: 't', state: 'TASK_UNKNOWN', timestampMs: 7, partitionAware: false }).state).toBe('TASK_LOST');
  });
});

describe('the status of a refused launch', () => {
  const statusOf = (refusal: Parameters<typeof refusedLaunchStatus>[0]['refusal'], partitionAware = true) => {
    const { state, reason, message } = refusedLaunchStatus({ taskId: 't', refusal, timestampMs: 7, partitionAware });
    expect(message).toBe(refusal.message);
    return [state, reason];
  };

  it('is TASK_ERROR when the task is not valid or does not fit (D-030, D-036)', () => {
    expect(statusOf(refuse('task_invalid', { taskId: 't', problem: 'it has no command.' }))).toEqual(['TASK_ERROR', 'REASON_TASK_INVALID']);
    expect(statusOf(refuse('insufficient_resources', { needed: 'cpus:2', available: '' }))).toEqual(['TASK_ERROR', 'REASON_TASK_INVALID']);
  });

  it('is TASK_ERROR when an earlier DESTROY took the volume (A-068)', () => {
    const refusal = refuse('volume_not_ready', { role: 'eng', persistenceId: 'v', state: 'destroying' });
    expect(statusOf(refusal)).toEqual(['TASK_ERROR', 'REASON_TASK_INVALID']);
  });

  it('is TASK_DROPPED, or TASK_LOST, when the offers were not valid (D-021)', () => {
    const refusal = refuse('offer_gone', { offerId: 'o' });
    expect(statusOf(refusal)).toEqual(['TASK_DROPPED', 'REASON_INVALID_OFFERS']);
    expect(statusOf(refusal, false)).toEqual(['TASK_LOST', 'REASON_INVALID_OFFERS']);
  });

  it('is TASK_DROPPED when the agent has gone (D-022)', () => {
    expect(statusOf(refuse('agent_disconnected', { agentId: 'a' }))).toEqual(['TASK_DROPPED', 'REASON_AGENT_DISCONNECTED']);
    expect(statusOf(refuse('agent_unknown', { agentId: 'a' }))).toEqual(['TASK_DROPPED', 'REASON_AGENT_REMOVED']);
  });

  it('is TASK_DROPPED when the ledger knows no such volume or cannot be asked (A-076)', () => {
    expect(statusOf(refuse('volume_not_found', { role: 'eng', persistenceId: 'v' }))).toEqual(['TASK_DROPPED', 'REASON_RESOURCES_UNKNOWN']);
    expect(statusOf(refuse('ledger_unavailable', { problem: 'no route' }))).toEqual(['TASK_DROPPED', 'REASON_RESOURCES_UNKNOWN']);
  });

  it('is TASK_ERROR for a task that its principal may not run (B-075)', () => {
    const refusal = refuse('unauthorized', { action: 'run tasks as root', principal: 'p' });
    expect(statusOf(refusal)).toEqual(['TASK_ERROR', 'REASON_TASK_UNAUTHORIZED']);
  });

  it('is TASK_ERROR for one whose caller could not be told or is somebody else (B-075, D-003)', () => {
    for (const refusal of [refuse('unauthenticated', { problem: 'No.' }), refuse('principal_mismatch', { caller: 'a', principal: 'b' })])
      expect(statusOf(refusal)).toEqual(['TASK_ERROR', 'REASON_TASK_UNAUTHORIZED']);
  });
});

describe('the status of a task of a refused group', () => {
  const statusOf = (refusal: Parameters<typeof refusedLaunchStatus>[0]['refusal']) => {
    const status = refusedLaunchStatus({ taskId: 't', refusal, timestampMs: 7, partitionAware: true, isOfGroup: true });
    expect(status).not.toHaveProperty('isOfGroup');
    return [status.state, status.reason];
  };

  it('has reasons of its own for what is not valid or not allowed (B-074, B-075, B-076)', () => {
    expect(statusOf(refuse('operation_invalid', { problem: 'Executor e: no.' }))).toEqual(['TASK_ERROR', 'REASON_TASK_GROUP_INVALID']);
    expect(statusOf(refuse('invalid_argument', { field: 'name', problem: 'must be set' }))).toEqual([
      'TASK_ERROR',
      'REASON_TASK_GROUP_INVALID',
    ]);
    expect(statusOf(refuse('unauthorized', { action: 'run', principal: 'p' }))).toEqual(['TASK_ERROR', 'REASON_TASK_GROUP_UNAUTHORIZED']);
  });

  it('is otherwise that of any task (D-021, D-022, A-076)', () => {
    expect(statusOf(refuse('offer_gone', { offerId: 'o' }))).toEqual(['TASK_DROPPED', 'REASON_INVALID_OFFERS']);
    expect(statusOf(refuse('agent_disconnected', { agentId: 'a' }))).toEqual(['TASK_DROPPED', 'REASON_AGENT_DISCONNECTED']);
    expect(statusOf(refuse('volume_not_found', { role: 'eng', persistenceId: 'v' }))).toEqual(['TASK_DROPPED', 'REASON_RESOURCES_UNKNOWN']);
  });
});
