import fc from 'fast-check';
import { ok } from '@holdfast/core/base';
import { basicAuthorization, CredentialsFault, parseBasicAuthorization } from './basic-authorization';

const encoded = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;
const problem = (authorization: string) => {
  const parsed = parseBasicAuthorization(authorization);
  return parsed.ok ? undefined : `${parsed.refusal.code} ${parsed.refusal.message}`;
};

describe('HTTP Basic', () => {
  it('splits at the first colon: a secret may contain more, and letters of any language', () => {
    expect(parseBasicAuthorization(encoded('indexer:a:b:'))).toEqual(ok({ principal: 'indexer', secret: 'a:b:' }));
    expect(parseBasicAuthorization(encoded('jürgen:пароль'))).toEqual(ok({ principal: 'jürgen', secret: 'пароль' }));
    expect(parseBasicAuthorization(`bAsIc   ${Buffer.from('a:b').toString('base64')} `)).toEqual(ok({ principal: 'a', secret: 'b' }));
  });

  it('reads what it writes', () => {
    const text = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).filter((value) => !/\p{Cc}/u.test(value));
    fc.assert(
      fc.property(
        text.filter((value) => !value.includes(':')),
        text,
        (principal, secret) => {
          expect(parseBasicAuthorization(basicAuthorization({ principal, secret }))).toEqual(ok({ principal, secret }));
        },
      ),
    );
  });

  it.each([
    ['Bearer abc', 'is not of the form'],
    ['', 'is not of the form'],
    ['Basic', 'is not of the form'],
    ['Basic a:b', 'is not of the form'],
    ['Basic YTpi YTpi', 'is not of the form'],
    [encoded('indexer'), 'lacks the colon'],
    [encoded(':secret'), 'A principal may not be empty'],
    [encoded('indexer:'), 'A secret may not be empty'],
    [encoded('indexer:a\n'), 'control characters'],
    [encoded('in\0dexer:a'), 'control characters'],
    [encoded(Buffer.from([0x61, 0x3a, 0xff, 0xfe])), 'is not UTF-8'],
    [encoded(`indexer:${'x'.repeat(1025)}`), 'longer than 1024 bytes'],
  ])('refuses %j without repeating it', (authorization, words) => {
    expect(problem(authorization)).toContain('unauthenticated');
    expect(problem(authorization)).toContain(words);
    expect(problem(authorization)).not.toContain('xxx');
  });

  it('never throws on what a stranger sends', () => {
    const base64 = fc.uint8Array().map((bytes) => encoded(Buffer.from(bytes)));
    fc.assert(
      fc.property(fc.oneof(fc.string(), base64), (authorization) => {
        expect(() => parseBasicAuthorization(authorization)).not.toThrow();
      }),
    );
  });

  it('does not write what could not be read', () => {
    for (const credentials of [
      { principal: 'a:b', secret: 'c' },
      { principal: '', secret: 'c' },
      { principal: 'a', secret: '' },
      { principal: 'a', secret: 'hush\r\nhost: x' },
    ]) {
      expect(() => basicAuthorization(credentials)).toThrow(CredentialsFault);
      expect(() => basicAuthorization(credentials)).not.toThrow(/hush/);
    }
  });
});
