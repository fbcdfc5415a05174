import { Resources } from '@holdfast/core/resources';
import { res, shared } from './example-cluster.fixture';
import { isAllocatable, type MinimumAllocatable, parseMinimumAllocatable } from './minimum-allocatable';

function read(text: string): MinimumAllocatable {
  const parsed = parseMinimumAllocatable(text);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
}

describe('the minimum that an offer must hold (C-059)', () => {
  it('reads sets and quantities', () => {
    expect(read('cpus:0.01|mem:32')).toEqual([new Map([['cpus', 10]]), new Map([['mem', 32000]])]);
    expect(read(' cpus:1 ; mem:64 | gpus:1')).toEqual([
      new Map([
        ['cpus', 1000],
        ['mem', 64000],
      ]),
      new Map([['gpus', 1000]]),
    ]);
    expect(read('')).toEqual([]);
  });

  it.each(['cpus', 'cpus:', 'cpus:x', 'cpus:-1', 'cpus:1|', ';', 'cpus:1;;mem:2'])('refuses "%s" and says what is wrong', (text) => {
    expect(parseMinimumAllocatable(text)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
  });

  it.each([
    ['cpus:1', true],
    ['mem:32', true],
    ['cpus:0.005;mem:31', false],
    ['disk:100', false],
    ['cpus:0.005;cpus(eng):0.005', true],
  ])('takes %s against the default: %s', (text, answer) => {
    expect(isAllocatable(res(text), Resources.empty, read('cpus:0.01|mem:32'))).toBe(answer);
  });

  it('wants all quantities of one set', () => {
    const minimum = read('cpus:1;mem:64|gpus:1');
    expect(isAllocatable(res('cpus:1'), Resources.empty, minimum)).toBe(false);
    expect(isAllocatable(res('cpus:1;mem:64'), Resources.empty, minimum)).toBe(true);
    expect(isAllocatable(res('gpus:1'), Resources.empty, minimum)).toBe(true);
  });

  it('adds what is shared to what is not', () => {
    expect(isAllocatable(res('disk:60'), shared('V', 'eng', 40), read('disk:100'))).toBe(true);
    expect(isAllocatable(res('disk:60'), shared('V', 'eng', 40, 9), read('disk:101'))).toBe(false);
  });

  it('lets everything pass under no minimum, except nothing', () => {
    expect(isAllocatable(res('ports:[1-2]'), Resources.empty, [])).toBe(true);
    expect(isAllocatable(Resources.empty, shared('V', 'eng', 1), [])).toBe(true);
    expect(isAllocatable(Resources.empty, Resources.empty, [])).toBe(false);
  });
});
