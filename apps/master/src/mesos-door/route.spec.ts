import { originOf, routeOf, type Route } from './route';

describe('routeOf (wire document 1)', () => {
  it.each<[string, Route]>([
    ['/api/v1/scheduler', 'scheduler'],
    ['/master/api/v1/scheduler', 'scheduler'],
    ['/api/v1/scheduler/', 'scheduler'],
    ['/master/api/v1/scheduler/', 'scheduler'],
    ['/api/v1/scheduler?a=/..', 'scheduler'],
    ['/api/v1/scheduler/anything/behind', 'scheduler'],
    ['/m%61ster/api/v1/scheduler', 'scheduler'],
    ['http://ctl1:5050/api/v1/scheduler', 'scheduler'],
    ['/version', 'version'],
    ['/master/version', 'version'],
    ['/version/', 'version'],
    ['/health', 'health'],
    ['/master/health', 'health'],
    ['/redirect', 'redirect'],
    ['/master/redirect', 'redirect'],
    ['/redirect/', 'redirect'],
    ['/redirect/api/v1/scheduler', 'not_found'],
    ['/master/redirect/state', 'not_found'],
    ['/../api/v1/scheduler', 'not_found'],
    ['/api/v1/scheduler/..', 'not_found'],
    ['/..', 'not_found'],
    ['/', 'elsewhere'],
    ['/master', 'elsewhere'],
    ['/master/master/health', 'elsewhere'],
    ['/api/v1', 'elsewhere'],
    ['/api/v1/schedulers', 'elsewhere'],
    ['/API/v1/scheduler', 'elsewhere'],
    ['/healthz', 'elsewhere'],
    ['/metrics', 'elsewhere'],
    ['/%zz', 'elsewhere'],
    ['/slave(1)/api/v1/scheduler', 'elsewhere'],
    ['*', 'bad_target'],
    ['', 'bad_target'],
    ['api/v1/scheduler', 'bad_target'],
  ])('%s: %s', (target, route) => expect(routeOf(target)).toBe(route));
});

it.each([
  ['/a?b=c', '/a?b=c'],
  ['http://host:1/a?b=c', '/a?b=c'],
  ['http://host:1', undefined],
  ['host:1', undefined],
])('originOf takes path and query from %s', (target, origin) => expect(originOf(target)).toBe(origin));
