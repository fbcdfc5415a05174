import { Resources } from '@holdfast/core/resources';
import { ExampleCluster, res, shared, shortText, volume } from './example-cluster.fixture';

const OWN = Resources.of([volume('W', 'eng', 32, false)]);

/** What the master does while a destroy waits for the last holder: the volume leaves the total, tasks go on using it. */
describe.each([
  ['shared', shared('V', 'eng', 64)],
  ['that is not shared', OWN],
])('a volume %s that is withheld while tasks use it', (_, V) => {
  let cluster: ExampleCluster;
  const f1 = { frameworkId: 'f1', agentId: 'a1', role: 'eng' };
  const withhold = () => cluster.books.convertTotal('a1', [{ consumed: V, produced: Resources.empty }]);

  beforeEach(() => {
    cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', res('cpus:3').add(V), [{ ...f1, resources: res('cpus:1').add(V) }]);
  });

  it('is offered to nobody, and takes nothing from what else is there (promise 3, C-095)', () => {
    withhold();
    expect(shortText(cluster.books.available('a1'))).toBe('cpus:2');
    cluster.books.recoverResources({ ...f1, resources: res('cpus:1').add(V), offered: false }, cluster.nowMs);
    expect(shortText(cluster.books.available('a1'))).toBe('cpus:3');
  });

  it('is there again as it was when the destroy is taken back', () => {
    const before = shortText(cluster.books.available('a1'));
    withhold();
    cluster.books.convertTotal('a1', [{ consumed: Resources.empty, produced: V }]);
    expect(shortText(cluster.books.available('a1'))).toBe(before);
    cluster.books.recoverResources({ ...f1, resources: res('cpus:1').add(V), offered: false }, cluster.nowMs);
    expect(cluster.books.available('a1').equals(res('cpus:3').add(V))).toBe(true);
  });

  it('gives its disk back when it is gone, once', () => {
    withhold();
    cluster.books.recoverResources({ ...f1, resources: res('cpus:1').add(V), offered: false }, cluster.nowMs);
    cluster.books.convertTotal('a1', [{ consumed: Resources.empty, produced: res('disk(eng):64') }]);
    expect(shortText(cluster.books.available('a1'))).toMatch(/^cpus:3; disk\(eng\):64$/);
  });
});
