import { manualWorld } from '@holdfast/testing/world';
import type { Container } from '../containers';
import type { TaskEnd } from './end-status';
import { Killer, mergeKill } from './kill';

const END: TaskEnd = { state: 'TASK_FAILED', source: 'SOURCE_AGENT', reason: 'REASON_CONTAINER_LIMITATION_DISK', message: 'too much' };

describe('a kill that is asked for again', () => {
  const first = mergeKill(undefined, {}, 1000, 3000);

  it('can only get shorter, and counts from the first time (D-057)', () => {
    expect(first).toEqual({ startMs: 1000, graceMs: 3000, isFrameworkRemoved: false });
    expect(mergeKill(first, { graceMs: 9000 }, 2000, 3000)).toEqual(first);
    expect(mergeKill(first, { graceMs: 50 }, 2000, 3000)).toEqual({ ...first, graceMs: 50 });
    expect(mergeKill(first, {}, 2000, 10)).toEqual(first);
  });

  it('leaves the cause as it was: a task that its framework kills is killed, whatever it does meanwhile', () => {
    expect(mergeKill(first, { graceMs: 0, end: END, because: 'x' }, 2000, 3000)).toEqual({ ...first, graceMs: 0 });
    const exceeded = mergeKill(undefined, { graceMs: 0, end: END }, 1000, 3000);
    expect(mergeKill(exceeded, { graceMs: 3000 }, 2000, 3000)).toMatchObject({ end: END, graceMs: 0 });
  });

  it('knows of a framework that is removed meanwhile (D-062)', () => {
    expect(mergeKill(first, { isFrameworkRemoved: true }, 2000, 3000)).toMatchObject({ isFrameworkRemoved: true });
  });
});

describe('the grace of a kill (D-057)', () => {
  function scene({ hasRun = true } = {}) {
    const world = manualWorld();
    let sinceBootMs = 50_000;
    const signals: string[] = [];
    const container = { hasRun, terminate: () => signals.push('TERM'), kill: () => signals.push('KILL') } as unknown as Container;
    return {
      killer: new Killer({ world, monotonicMs: () => sinceBootMs }),
      signals,
      container,
      passes: (ms: number) => {
        sinceBootMs += ms;
        world.advance(ms);
      },
    };
  }
  const kill = mergeKill(undefined, { graceMs: 3000 }, 50_000, 0);

  it('passes by the clock that nobody sets', () => {
    const { killer, signals, container, passes } = scene();
    killer.carryOut(kill, container, true);
    passes(2999);
    expect(signals).toEqual(['TERM']);
    passes(1);
    expect(signals).toEqual(['TERM', 'KILL']);
  });

  it('has been running while there was no agent', () => {
    const { killer, signals, container, passes } = scene();
    passes(1000);
    killer.carryOut(kill, container, true);
    passes(1999);
    expect(signals).toEqual(['TERM']);
    passes(1);
    expect(signals).toEqual(['TERM', 'KILL']);
    const late = scene();
    late.passes(3000);
    late.killer.carryOut(kill, late.container, true);
    expect(late.signals).toEqual(['KILL']);
  });

  it('is never longer than it was asked for, whatever was written down', () => {
    const { killer, signals, container, passes } = scene();
    killer.carryOut({ ...kill, startMs: 9_000_000 }, container, true);
    passes(3000);
    expect(signals).toEqual(['TERM', 'KILL']);
  });

  it('is none for what has not run yet, and ends with the task', () => {
    const early = scene({ hasRun: false });
    early.killer.carryOut(kill, early.container, true);
    expect(early.signals).toEqual(['KILL']);
    const { killer, signals, container, passes } = scene();
    killer.carryOut(kill, container, true);
    killer.stop();
    passes(60_000);
    expect(signals).toEqual(['TERM']);
  });
});
