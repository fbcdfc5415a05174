import { status } from '@grpc/grpc-js';
import { ADVICE, type Holder, type RefusalCode, refuse, type RefusalDetails } from '@holdfast/core/base';
import { refusalOf, refusedStatus } from './refused-status';
import { WIRE } from './wire';

const holder = (n: number): Holder => ({
  frameworkId: 'f-1',
  taskId: `task-${n}`,
  launchId: `l-${n}`,
  agentId: 'a-1',
  mode: 'RW',
  state: 'running',
  sinceMs: 1_000,
});

const inUse = (count: number) =>
  refuse('volume_in_use', { role: 'eng', persistenceId: 'v1', holders: Array.from({ length: count }, (_, n) => holder(n)) });

describe('refusals on the wire', () => {
  it('names every holder of a volume in use, and says FAILED_PRECONDITION', () => {
    const sent = refusedStatus(inUse(3));
    expect(sent.code).toBe(status.FAILED_PRECONDITION);
    expect(refusalOf(sent, 0)).toEqual(inUse(3));
  });

  it('cuts a refusal to what other gRPC stacks take in trailers', () => {
    const sent = refusedStatus(inUse(5000));
    const bytes = sent.metadata.get('grpc-status-details-bin')[0] as Buffer;
    expect(bytes.length).toBeLessThanOrEqual(4096);
    expect(encodeURI(sent.details).length).toBeLessThan(2048);
    const refusal = refusalOf(sent, 0);
    const kept = (refusal?.details as RefusalDetails['volume_in_use']).holders;
    expect(kept.length).toBeGreaterThan(10);
    expect(kept[0]).toEqual(holder(0));
    expect(refusal?.message).toContain('in use by 5000 holders');
  });

  it('survives half a surrogate pair, which grpc-js could not encode', () => {
    const sent = refusedStatus(refuse('operation_invalid', { problem: `role \ud83d is odd; ${'\u{1f600}'.repeat(600)}` }));
    expect(() => encodeURI(sent.details)).not.toThrow();
    expect(sent.details).toContain('is odd');
  });

  it('takes no other failure for a refusal', () => {
    expect(refusalOf({ code: status.UNAVAILABLE, details: 'connection refused' }, 0)).toBeUndefined();
    expect(refusalOf({ code: status.RESOURCE_EXHAUSTED, details: 'Bandwidth exhausted' }, 0)).toBeUndefined();
  });

  it('has a status for every code: none is OK or UNKNOWN', () => {
    for (const code of Object.keys(ADVICE) as RefusalCode[]) expect([status.OK, status.UNKNOWN, undefined]).not.toContain(WIRE[code]);
  });
});
