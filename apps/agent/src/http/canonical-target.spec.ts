import { canonicalTarget } from './canonical-target';

it.each([
  ['/state', '/state'],
  ['/slave(1)/state/', '/state'],
  ['/slave%281%29/monitor/statistics/x/y?a=b?c', '/monitor/statistics?a=b?c'],
  ['/slave(1)/api/v1/executor', '/api/v1/executor'],
  ['/api/v1/operator', '/api/v1'],
  ['/files/read?path=/slave(1)/../x', '/files/read?path=/slave(1)/../x'],
  ['/slave(1)/../state', '/slave(1)/../state'],
  ['/slave(1)/slave(1)/state', '/slave(1)/slave(1)/state'],
  ['/states', '/states'],
  ['/files', '/files'],
  ['/healthz', '/healthz'],
  ['/%E0%A4%A/state', '/%E0%A4%A/state'],
  ['*', '*'],
])('the target %s is served as %s (wire 1)', (target, canonical) => {
  expect(canonicalTarget(target)).toBe(canonical);
});
