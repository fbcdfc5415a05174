import { endOf, markLine, parseContainerLog } from './container-log';

it('reads what a container says of itself, and only complete lines', () => {
  expect(parseContainerLog('')).toEqual({ isRunning: false });
  expect(parseContainerLog('holdfast: running')).toEqual({ isRunning: false });
  expect(parseContainerLog('holdfast: running\n')).toEqual({ isRunning: true });
  expect(parseContainerLog('holdfast: running\nholdfast: exit 13')).toEqual({ isRunning: true });
  expect(parseContainerLog('holdfast: running\nnoise\nholdfast: exit 13\n')).toEqual({
    isRunning: true,
    exitCode: 13,
    complaint: 'noise',
  });
  expect(parseContainerLog('unshare: noise\nholdfast: process 12 3456\nholdfast: running\n')).toEqual({
    mark: { pid: 12, startTicks: 3456 },
    isRunning: true,
    complaint: 'unshare: noise',
  });
  expect(parseContainerLog('{ "child-pid": 7 }\nholdfast: running\n{ "exit-code": 13 }\n')).toEqual({ isRunning: true, exitCode: 13 });
  expect(parseContainerLog('{ "child-pid": 7 }\n{ "exit-code": 125 }\n')).toEqual({ isRunning: false });
  expect(parseContainerLog(`{ "child-pid": 7${markLine({ pid: 6, startTicks: 5 })}, "pid-namespace": 4 }\nholdfast: running\n`)).toEqual({
    mark: { pid: 6, startTicks: 5 },
    isRunning: true,
  });
  expect(parseContainerLog('holdfast: process 12 34')).toEqual({ isRunning: false });
  expect(parseContainerLog('mount: no such device\nholdfast: failed volume eng/v\n')).toEqual({
    isRunning: false,
    failure: 'volume eng/v',
    complaint: 'mount: no such device',
  });
});

describe('the end of a container', () => {
  const exit = (code: number | null, signal: string | null = null) => ({ code, signal });

  it('is first of all what its own log says', () => {
    expect(endOf({ isRunning: true, exitCode: 0 }, exit(null, 'SIGKILL'))).toEqual({ kind: 'exited', code: 0 });
    expect(endOf({ isRunning: false, failure: 'x', complaint: 'y' }, exit(125))).toEqual({ kind: 'failed', problem: 'x: y' });
  });

  it('is what the system said when the log could not be written, as on a full disk', () => {
    expect(endOf({ isRunning: true }, exit(3))).toEqual({ kind: 'exited', code: 3 });
    expect(endOf({ isRunning: false }, exit(125))).toEqual({ kind: 'failed', problem: 'the container could not be set up' });
    expect(endOf({ isRunning: false }, exit(2))).toMatchObject({ kind: 'failed' });
    expect(endOf({ isRunning: true }, exit(null, 'SIGKILL'))).toEqual({ kind: 'lost', problem: 'the container was ended by SIGKILL' });
  });

  it('is unknown when nobody has said anything', () => {
    expect(endOf({ isRunning: true }, undefined)).toMatchObject({ kind: 'lost' });
    expect(endOf({ isRunning: false }, exit(0))).toMatchObject({ kind: 'lost' });
  });
});
