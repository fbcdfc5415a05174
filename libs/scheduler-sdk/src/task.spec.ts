import { customExecutor, executorTask, task } from './index';

const plain = { id: 't1', agentId: 'a1', cpus: 1, memMb: 32 } as const;

describe('a task', () => {
  it('says what it is given, and the defaults of Mesos for the rest of its checks', () => {
    const info = task({
      ...plain,
      command: { program: '/bin/sleep', args: ['sleep', '1'] },
      user: 'nobody',
      uris: ['/opt/a.tar', { value: 'file:///opt/b', executable: true, outputFile: 'c' }],
      healthCheck: { http: { port: 80 } },
      check: { run: 'true', delayMs: 0 },
      maxCompletionMs: 5000,
      limits: { cpus: 1.5, memMb: 'unlimited' },
    });
    expect(info).toMatchObject({
      command: {
        shell: false,
        value: '/bin/sleep',
        user: 'nobody',
        uris: [
          { value: '/opt/a.tar', executable: false, extract: true },
          { value: 'file:///opt/b', executable: true, extract: true, outputFile: 'c' },
        ],
      },
      healthCheck: {
        probe: { kind: 'http', scheme: 'http', port: 80, path: '/', statuses: [] },
        delayMs: 15_000,
        intervalMs: 10_000,
        timeoutMs: 20_000,
        consecutiveFailures: 3,
        gracePeriodMs: 10_000,
      },
      check: { probe: { kind: 'command', command: { shell: true, value: 'true' } }, delayMs: 0, intervalMs: 10_000 },
      maxCompletionMs: 5000,
      limits: { cpusMilli: 1500, memMb: 'unlimited' },
    });
  });

  it('says nothing that it is not given', () => {
    const info = task({ ...plain, command: 'true' });
    expect(Object.keys(info).sort()).toEqual(['agentId', 'command', 'labels', 'name', 'resources', 'taskId', 'unsupportedFields', 'wire']);
    expect(Object.keys(info.command ?? {}).sort()).toEqual(['args', 'environment', 'shell', 'value']);
  });

  it('of an executor of its framework has no command of its own', () => {
    const executor = customExecutor({ id: 'e1', command: './run', data: Buffer.from('x'), cpus: 0.1 });
    const info = executorTask({ ...plain, executor, data: Buffer.from('y') });
    expect(info).toMatchObject({ executor: { executorId: 'e1', type: 'CUSTOM', command: { value: './run' } }, data: Buffer.from('y') });
    expect(info).not.toHaveProperty('command');
  });
});
