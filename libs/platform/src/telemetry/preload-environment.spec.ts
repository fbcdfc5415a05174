import { serviceNameOf, wantsTraces } from './preload-environment';

describe('wantsTraces', () => {
  it.each([
    [{}, false],
    [{ OTEL_SERVICE_NAME: 'x' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4317' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' }, false],
    [{ OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' }, false],
  ])('%j: %s', (env, wanted) => expect(wantsTraces(env)).toBe(wanted));
});

describe('serviceNameOf', () => {
  it.each([
    ['/opt/holdfast/dist/master.cjs', 'holdfast-master'],
    ['/opt/holdfast/dist/volume-registry/main.cjs', 'holdfast-volume-registry'],
    ['/src/apps/agent/src/main.ts', 'holdfast-agent'],
    [undefined, 'holdfast-service'],
    ['/main.js', 'holdfast-service'],
  ])('%s is %s', (script, name) => expect(serviceNameOf({}, script)).toBe(name));

  it('leaves it to the environment where that names the service', () => {
    expect(serviceNameOf({ OTEL_SERVICE_NAME: 'x' }, '/a/master.cjs')).toBeUndefined();
    expect(serviceNameOf({ OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=x' }, '/a/master.cjs')).toBeUndefined();
  });
});
