import { traceIdOf } from './trace-id';

describe('the trace id of a traceparent', () => {
  it('is its second part', () => {
    expect(traceIdOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it.each([undefined, '', 'garbage', '00-short-b7ad6b7169203331-01'])('is absent from %p', (text) => {
    expect(traceIdOf(text)).toBeUndefined();
  });
});
