import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLogLine, ServiceLog } from './service-log';

describe('readLogLine', () => {
  it.each([
    ['{"level":"warn","msg":"Redis is away"}', { level: 'warn', message: 'Redis is away' }],
    ['{"level":50,"msg":"failed","err":{"message":"no disk"}}', { level: 'error', message: 'failed: no disk' }],
    [
      '{"level":"fatal","msg":"cannot start","reason":["Port 1 is taken.","Choose another."]}',
      { level: 'error', message: 'cannot start: Port 1 is taken. Choose another.' },
    ],
    ['{"level":"info","msg":"serving"}', { level: 'info', message: 'serving' }],
    ['* Ready to accept connections', { level: 'info', message: '* Ready to accept connections' }],
    ['{broken', { level: 'info', message: '{broken' }],
  ])('reads %s', (line, entry) => {
    expect(readLogLine(line)).toEqual(entry);
  });
});

describe('ServiceLog', () => {
  it('keeps what a service prints, and the file of the run before', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
    const first = new ServiceLog(dir, 'master');
    first.add('one');
    await first.close();
    const second = new ServiceLog(dir, 'master');
    for (let line = 1; line <= 12; line++) second.add(`line ${line}`);
    await second.close();

    expect(await readFile(join(dir, 'master.log.1'), 'utf8')).toBe('one\n');
    expect((await readFile(join(dir, 'master.log'), 'utf8')).split('\n')).toHaveLength(13);
    expect(second.lastLines).toHaveLength(10);
    expect(second.lastLines.at(-1)).toBe('line 12');
    await rm(dir, { recursive: true });
  });
});
