import { AgentInfo as WireAgentInfo } from '../gen/holdfast/v1/agent';
import { Call as WireCall } from '../gen/holdfast/v1/scheduler_call';
import { Event as WireEvent } from '../gen/holdfast/v1/scheduler_event';
import { DeclineRequest as WireDeclineRequest } from '../gen/holdfast/v1/scheduler_service';
import { FrameworkInfo as WireFrameworkInfo } from '../gen/holdfast/v1/framework';
import { PutAgent } from '../gen/holdfast/internal/v1/allocator';
import { writeAgentInfo } from './agent';
import { writeBytes } from './edge';
import { frameworkInfoCodec } from './framework';
import { schedulerCallCodec } from './scheduler-call';
import { schedulerEventCodec } from './scheduler-event';
import { declineRequestCodec } from './scheduler-requests';

/** Zero means something here, so it must be told from nothing (architecture, section 3). */
describe('zero reaches the wire when it is set', () => {
  it('as an enum value: TASK_STARTING, SOURCE_MASTER and REASON_COMMAND_EXECUTOR_FAILED are all 0', () => {
    const event = schedulerEventCodec.encode({
      type: 'UPDATE',
      status: {
        taskId: 't1',
        state: 'TASK_STARTING',
        source: 'SOURCE_MASTER',
        reason: 'REASON_COMMAND_EXECUTOR_FAILED',
        message: '',
        timestampMs: 0,
      },
    });
    expect(WireEvent.decode(event).update!.status).toMatchObject({
      state: 'TASK_STARTING',
      source: 'SOURCE_MASTER',
      reason: 'REASON_COMMAND_EXECUTOR_FAILED',
      message: '',
      timestamp: 0,
    });
  });

  it('as refuse_seconds: no filter, not the default one (C-050)', () => {
    const request = declineRequestCodec.encode({ frameworkId: 'f1', offerIds: [], filters: { refuseMs: 0 } });
    expect(WireDeclineRequest.decode(request).filters).toEqual({ refuseSeconds: 0 });
    const byDefault = declineRequestCodec.encode({ frameworkId: 'f1', offerIds: [], filters: {} });
    expect(WireDeclineRequest.decode(byDefault).filters).toBeUndefined();
  });

  it('as a failover timeout, and as false (D-011)', () => {
    const bytes = frameworkInfoCodec.encode({
      name: '',
      user: '',
      roles: ['*'],
      capabilities: new Set(),
      failoverTimeoutMs: 0,
      checkpoint: false,
      labels: [],
    });
    expect(WireFrameworkInfo.decode(bytes)).toMatchObject({ name: '', user: '', failoverTimeout: 0, checkpoint: false });
  });

  it('as a port, where absent means 5051', () => {
    const bytes = writeBytes(WireAgentInfo, writeAgentInfo({ hostname: 'h', httpPort: 0, attributes: [] }));
    expect(WireAgentInfo.decode(bytes).port).toBe(0);
  });

  it('as the state of an operation: OPERATION_UNSUPPORTED is 0 (D-093)', () => {
    const event = schedulerEventCodec.encode({
      type: 'UPDATE_OPERATION_STATUS',
      status: { operationId: 'op1', state: 'OPERATION_UNSUPPORTED', message: '' },
      form: { allocationInfo: true, reservationStack: true },
    });
    expect(WireEvent.decode(event).updateOperationStatus!.status).toMatchObject({ state: 'OPERATION_UNSUPPORTED', message: '' });
  });

  it('as the exit status of an executor, and as the number of a call', () => {
    const failure = schedulerEventCodec.encode({ type: 'FAILURE', agentId: 'a1', executorId: 'e1', status: 0 });
    expect(WireEvent.decode(failure).failure!.status).toBe(0);
    expect(WireEvent.decode(schedulerEventCodec.encode({ type: 'ANSWER', callNumber: 0 })).answer!.callNumber).toBe(0n);
    expect(WireCall.decode(schedulerCallCodec.encode({ type: 'TEARDOWN', frameworkId: 'f1', callNumber: 0 })).callNumber).toBe(0n);
  });

  it('as a flag between our own processes', () => {
    expect(PutAgent.decode(writeBytes(PutAgent, { total: [], used: [], attributes: [], active: false })).active).toBe(false);
  });
});
