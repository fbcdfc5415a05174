import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import { checkExecutor } from './check-executor';
import type { ExecutorInfo } from './task';

const least: readonly Resource[] = [scalar('cpus', 0.01), scalar('mem', 32), scalar('disk', 1)];

const executor = (more: Partial<ExecutorInfo> = {}, resources = least): ExecutorInfo => ({
  executorId: 'pod',
  type: 'DEFAULT',
  resources: Resources.of(resources),
  labels: [],
  unsupportedFields: [],
  wire: Uint8Array.of(1, 2),
  ...more,
});

const volume = (shared: boolean): Resource => ({
  ...scalar('disk', 64),
  reservations: [{ type: 'dynamic', role: 'eng' }],
  disk: { persistence: { id: 'v' }, volume: { containerPath: 'v', mode: 'RW' } },
  shared,
});

function problemOf(info: ExecutorInfo, running?: ExecutorInfo): string | undefined {
  const refusal = checkExecutor(info, running);
  if (refusal) expect(refusal.code).toBe('operation_invalid');
  return refusal?.message;
}

describe('the executor of a task group', () => {
  it('passes with type DEFAULT and just enough for itself (D-037)', () => {
    expect(problemOf(executor())).toBeUndefined();
  });

  it('needs a type (D-037)', () => {
    const { type: _type, ...untyped } = executor();
    expect(problemOf(untyped)).toBe('Executor pod: its type is not set, which a task group needs; set it to DEFAULT.');
  });

  it('is not a custom one, which is refused by name (D-037)', () => {
    expect(problemOf(executor({ type: 'CUSTOM', unsupportedFields: ['type CUSTOM', 'command'] }))).toBe(
      'Executor pod: its type is CUSTOM, which Holdfast does not carry out; set it to DEFAULT.',
    );
  });

  it('has no container of its own, docker or other (D-037)', () => {
    expect(problemOf(executor({ unsupportedFields: ['container'] }))).toContain('it sets container, which Holdfast does not carry out');
  });

  it.each([
    ['cpus', [scalar('cpus', 0.009), scalar('mem', 32), scalar('disk', 1)], '0.01 cpus'],
    ['mem', [scalar('cpus', 1), scalar('mem', 31.999), scalar('disk', 1)], '32 mem'],
    ['disk', [scalar('cpus', 1), scalar('mem', 32)], 'some disk'],
  ])('has enough %s for itself (D-037)', (_name, resources, words) => {
    expect(problemOf(executor({}, resources))).toContain(`it needs ${words === 'some disk' ? '' : 'at least '}${words}`);
  });

  it.each([true, false])('has no persistent volume, shared: %s (A-053, architecture 11.4)', (shared) => {
    expect(problemOf(executor({}, [...least, volume(shared)]))).toContain('its resources contain volume eng/v');
    const running = executor({}, [...least, volume(shared)]);
    expect(problemOf(running, running)).toContain('its resources contain volume eng/v');
  });

  it('has a valid id, resources of one role and kind, and no negative grace period (A-054, D-034, D-040)', () => {
    expect(problemOf(executor({ executorId: 'a/b' }))).toContain('its id');
    expect(problemOf(executor({ shutdownGraceMs: -1 }))).toContain('must not be negative');
    expect(problemOf(executor({}, []))).toContain('uses no resources');
    expect(problemOf(executor({}, [...least, { ...scalar('cpus', 1), revocable: true }]))).toContain('mixes revocable');
  });

  it('that runs already is the same to the byte; how large it is was asked when it came (D-035, D-036)', () => {
    const small = executor({}, [scalar('cpus', 0.001)]);
    expect(problemOf(small, small)).toBeUndefined();
    for (const wire of [Uint8Array.of(1, 3), Uint8Array.of(1), Uint8Array.of(1, 2, 3)])
      expect(problemOf(executor({ wire }), executor())).toContain('described differently');
  });
});
