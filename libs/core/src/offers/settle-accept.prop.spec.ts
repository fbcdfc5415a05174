import fc from 'fast-check';
import { refuse } from '@holdfast/core/base';
import { keyOfVolume } from '@holdfast/core/tasks';
import {
  context,
  cpus,
  create,
  customExecutor,
  destroy,
  drain,
  executor,
  grow,
  launch,
  launchGroup,
  outcomes,
  reserve,
  shrink,
  task,
  taskOf,
  unreserve,
} from './accept.fixture';
import type { Settlement } from './accept-plan';
import { convertTotal, unallocatedConversion } from './conversion';
import type { Operation } from './operation';
import { holds, nameOf, operations, run, RUNS, volumeOf, world } from './random-accepts.fixture';

describe('an ACCEPT, whatever the agent, the operations and the ledger', () => {
  it('answers each operation and each task in its place', () => {
    holds((given, list) => {
      const { settlement } = run(given, list);
      expect(settlement.results.map(({ type, tasks }) => [type, tasks.map(({ taskId }) => taskId)])).toEqual(
        list.map((each) => [each.type, 'tasks' in each ? each.tasks.map(({ taskId }) => taskId) : []]),
      );
    });
  });

  it('is decided the same way every time', () => {
    holds((given, list) => {
      const again = { ...given, context: { ...given.context, newLaunchId: context([]).newLaunchId } };
      const counted = { ...given, context: { ...given.context, newLaunchId: context([]).newLaunchId } };
      expect(run(counted, list).settlement).toEqual(run(again, list).settlement);
    });
  });

  it('does what the ledger granted, and nothing that it refused (promise 2)', () => {
    holds((given, list) => {
      const { plan, settlement: s, answer } = run(given, list);
      const done = s.agentSteps.flatMap((step) => {
        const started = step.kind === 'run_task' ? [step.task] : step.kind === 'run_group' ? step.tasks : [];
        const holding = started.filter(({ volumes }) => volumes.length > 0);
        if (step.kind !== 'apply_operation') return holding.map(({ info }) => `acquire_volumes ${info.taskId}`);
        if ('volume' in step.operation) return [`resize_volume ${step.operation.volume.disk?.persistence?.id}`];
        const { type, resources } = step.operation;
        const kind = type === 'CREATE' ? 'create_volume' : 'destroy_volume';
        return type === 'CREATE' || type === 'DESTROY' ? resources.map((each) => `${kind} ${each.disk?.persistence?.id}`) : [];
      });
      const granted = plan.units.filter((_, at) => answer[at] && !answer[at].refusal && !answer[at].waitsFor);
      // What need not wait is destroyed like anything else.
      expect(done).toEqual(granted.map(nameOf).map((name) => name.replace('drain_volume', 'destroy_volume')));
      const waiting = plan.units.filter((_, at) => answer[at]?.waitsFor);
      expect(s.draining.map(({ resource }) => keyOfVolume(resource))).toEqual(
        waiting.map((unit) => (unit.kind === 'drain_volume' ? unit.volume : '')),
      );
    });
  });

  it('leaves what waits for its last holder as it is, and tells who holds it (promise 1, A-041)', () => {
    holds((given, list) => {
      const { settlement: s, ledger, answer } = run(given, list);
      const total = convertTotal(given.context.agentTotal, s.conversions.map(unallocatedConversion));
      for (const { resource, generation } of s.draining) {
        const record = ledger.volumes.get(keyOfVolume(resource));
        expect([record?.state, record?.generation]).toEqual(['draining', generation]);
        expect(ledger.holdings.get(keyOfVolume(resource))?.size ?? 0).toBeGreaterThan(0);
        expect(total.ok && total.value.count(resource)).toBe(1);
        expect(s.destroying.map(keyOfVolume)).not.toContain(keyOfVolume(resource));
      }
      expect(s.results.flatMap(({ waitsFor = [] }) => waitsFor)).toEqual(answer.flatMap(({ waitsFor = [] }) => waitsFor));
    });
  });

  it('holds every volume of every launched task, and destroys none that anybody holds (promises 1 and 2)', () => {
    holds((given, list) => {
      const { settlement: s, ledger } = run(given, list);
      for (const { task: launched } of s.launched) {
        for (const { volume: key } of launched.volumes)
          expect(JSON.stringify([...(ledger.holdings.get(key) ?? [])])).toContain(launched.launchId);
      }
      for (const { to } of s.resized) expect(ledger.volumes.get(keyOfVolume(to))?.resource).toEqual(to);
      for (const each of s.destroying) expect(ledger.holdings.get(`eng/${each.disk?.persistence?.id}`)?.size ?? 0).toBe(0);
    });
  });

  it('starts a task group whole or not at all, and tells all of its tasks the same (B-074)', () => {
    holds((given, list) => {
      const { plan, settlement: s, ledger } = run(given, list);
      s.results.forEach(({ type, refusal, tasks: results }, at) => {
        if (type !== 'LAUNCH_GROUP') return;
        const started = s.launched.filter(({ operationIndex }) => operationIndex === at).map(({ task: { info } }) => info.taskId);
        expect(started).toEqual(refusal ? [] : results.map(({ taskId }) => taskId));
        expect(results.map((each) => each.refusal)).toEqual(results.map(() => refusal));
        expect(s.agentSteps.filter((step) => step.operationIndex === at).map(({ kind }) => kind)).toEqual(refusal ? [] : ['run_group']);
        const holders = JSON.stringify([...ledger.holdings.values()].map((each) => [...each.keys()]));
        for (const planned of plan.steps[at]!.tasks) {
          const isHolder = planned !== undefined && holders.includes(`/${planned.launchId}"`);
          expect(isHolder).toBe(!refusal && planned!.volumes.length > 0);
        }
      });
    });
  });

  it('lets nothing use what it resizes, neither as it was nor as it is (B-060)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      for (const { from } of s.resized) {
        const key = keyOfVolume(from);
        const at = s.agentSteps.findIndex(
          (step) => step.kind === 'apply_operation' && 'volume' in step.operation && keyOfVolume(step.operation.volume) === key,
        );
        const later = s.agentSteps.slice(at + 1).flatMap((step) => {
          if (step.kind !== 'apply_operation')
            return (step.kind === 'run_task' ? [step.task] : step.tasks).flatMap(({ volumes }) => volumes.map(({ volume: each }) => each));
          return 'volume' in step.operation ? [keyOfVolume(step.operation.volume)] : step.operation.resources.map(keyOfVolume);
        });
        expect(later).not.toContain(key);
      }
    });
  });

  it('is not changed by what it refused: without the refused lines it comes to the same (B-071)', () => {
    holds((given, list) => {
      const whole = run(given, list);
      const isGranted = (unit = -1) => whole.answer[unit] !== undefined && !whole.answer[unit].refusal;
      const accepted = list.flatMap((each, at): Operation[] => {
        const { refusal, tasks } = whole.settlement.results[at]!;
        if (each.type === 'LAUNCH') return [{ ...each, tasks: each.tasks.filter((_, index) => !tasks[index]?.refusal) }];
        // Each volume of a DESTROY when unused is refused by itself.
        const { units } = whole.plan.steps[at]!;
        const granted = 'whenUnused' in each ? each.resources.filter((_, index) => isGranted(units[index])) : [];
        if (refusal && granted.length > 0) return [{ ...each, resources: granted } as Operation];
        return refusal ? [] : [each];
      });
      const rest = run(given, accepted);
      expect(outcomes(rest.settlement).join(' ')).toMatch(/^(applied|staged| )*$/);
      for (const key of ['used', 'recoverFiltered', 'recoverUnfiltered'] as const) {
        expect(rest.settlement[key].equals(whole.settlement[key])).toBe(true);
      }
      expect(rest.settlement.destroying).toEqual(whole.settlement.destroying);
      expect(rest.settlement.resized).toEqual(whole.settlement.resized);
      expect(rest.settlement.draining).toEqual(whole.settlement.draining);
      expect(rest.settlement.conversions.map(shown)).toEqual(whole.settlement.conversions.map(shown));
      expect([...rest.ledger.volumes].map(([key, { state }]) => [key, state])).toEqual(
        [...whole.ledger.volumes].map(([key, { state }]) => [key, state]),
      );
    });
  });

  it('is not changed by where lines stand that can never be accepted', () => {
    const never: fc.Arbitrary<Operation> = fc.constantFrom(
      reserve(cpus(1)),
      unreserve(volumeOf('v0')),
      create(volumeOf('v0'), volumeOf('v0')),
      destroy(volumeOf('unknown')),
      grow(volumeOf('v0'), 0),
      shrink(volumeOf('v0'), 5),
      drain()(volumeOf('unknown')),
      { ...drain()(volumeOf('v0'), volumeOf('v1')), id: 'op' },
      launchGroup(executor('e0', undefined, { type: 'CUSTOM' }), task('t0', [cpus(1)])),
      launch(taskOf(executor('e3'), 't0', [cpus(1)])),
      launch(taskOf(customExecutor('c3', [cpus(99)]), 't0', [cpus(1)])),
      launchGroup(executor('e2'), task('t0', [cpus(1)]), task('t0', [cpus(1)])),
      launch(task('t0', [cpus(1)], { agentId: 'another' })),
      {
        type: 'MALFORMED',
        declaredType: 'CREATE',
        refusal: refuse('operation_unsupported', { operation: 'CREATE' }),
        taskIds: [],
      } as const,
    );
    const inserted = fc.array(fc.tuple(fc.nat({ max: 6 }), never), { maxLength: 3 });
    fc.assert(
      fc.property(world, operations, inserted, (given, list, extra) => {
        const lines = list.map((each) => ({ each, isExtra: false }));
        for (const [at, each] of extra) lines.splice(Math.min(at, lines.length), 0, { each, isExtra: true });
        const plain = run(given, list).settlement;
        const mixed = run(
          given,
          lines.map(({ each }) => each),
        ).settlement;
        expect(outcomes(mixed).filter((_, at) => !lines[at]?.isExtra)).toEqual(outcomes(plain));
        expect(outcomes(mixed).filter((word, at) => lines[at]?.isExtra && (word === 'applied' || word === 'staged'))).toEqual([]);
        expect(mixed.used.equals(plain.used) && mixed.recoverFiltered.equals(plain.recoverFiltered)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

const shown = ({ consumed, produced }: Settlement['conversions'][number]): string => `${consumed} → ${produced}`;
