import { EventEmitter, once } from 'node:events';
import { createTerminal } from './terminal';
import { whileWaiting } from './while-waiting';

const terminalOf = (isTTY: boolean) => {
  const err: string[] = [];
  const terminal = createTerminal(
    { stdout: { write: () => true, isTTY }, stderr: { write: (text: string) => err.push(text) } },
    { noColor: true },
  );
  return { terminal, err };
};

describe('waiting for an answer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const wait = async (isTTY: boolean, afterMs: number) => {
    const { terminal, err } = terminalOf(isTTY);
    const answer = new EventEmitter();
    const waiting = whileWaiting(terminal, (elapsedMs) => `waiting for ${Math.round(elapsedMs / 1000)} s`, once(answer, 'here'));
    await jest.advanceTimersByTimeAsync(afterMs);
    const before = [...err];
    answer.emit('here', 'an answer');
    await expect(waiting).resolves.toEqual(['an answer']);
    await jest.advanceTimersByTimeAsync(10_000);
    return { before, after: err };
  };

  it('says nothing for two seconds', async () => {
    expect(await wait(true, 1999)).toEqual({ before: [], after: [] });
  });

  it('then says in one line how long it takes, and takes the line away in the end', async () => {
    const { before, after } = await wait(true, 4000);
    expect(before).toEqual(['\r\u001b[Kwaiting for 2 s', '\r\u001b[Kwaiting for 3 s', '\r\u001b[Kwaiting for 4 s']);
    expect(after).toEqual([...before, '\r\u001b[K']);
  });

  it('says nothing where nobody looks', async () => {
    expect(await wait(false, 60_000)).toEqual({ before: [], after: [] });
  });

  it('takes the line away, too, when the answer is a fault', async () => {
    const { terminal, err } = terminalOf(true);
    const answer = new EventEmitter();
    const waiting = whileWaiting(terminal, () => 'waiting', once(answer, 'here'));
    const failed = expect(waiting).rejects.toThrow('away');
    await jest.advanceTimersByTimeAsync(2000);
    answer.emit('error', new Error('away'));
    await failed;
    expect(err.at(-1)).toBe('\r\u001b[K');
  });
});
