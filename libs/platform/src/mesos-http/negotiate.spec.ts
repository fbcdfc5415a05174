import { formatOf, negotiate } from './negotiate';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
/** JSON is tried first. */
const FORMATS = [{ contentType: JSON_TYPE }, { contentType: PROTOBUF }];

describe('negotiate (wire document 2)', () => {
  it.each<[string | undefined, string | undefined]>([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['application/x-protobuf', PROTOBUF],
    ['APPLICATION/X-Protobuf', PROTOBUF],
    ['application/json; charset=utf-8', JSON_TYPE],
    ['application/x-protobuf, application/json', JSON_TYPE],
    ['application/x-protobuf;q=1.0, application/json;q=0.1', JSON_TYPE],
    ['application/json;q=0, application/x-protobuf', PROTOBUF],
    ['application/json;q=0, */*', PROTOBUF],
    ['application/json;q=0.000, application/*', PROTOBUF],
    ['application/json; charset=utf-8; q=0, */*;q=0.1', PROTOBUF],
    ['application/json;q=0.001', JSON_TYPE],
    ['*/*;q=0, application/x-protobuf', PROTOBUF],
    ['application/*;q=0, */*', undefined],
    ['*/*;q=0', undefined],
    ['application/json;q=0', undefined],
    ['text/html', undefined],
    ['text/*, image/png', undefined],
    ['application/recordio', undefined],
    ['json', undefined],
  ])('Accept: %s gives %s', (accept, contentType) => expect(negotiate(FORMATS, accept)?.contentType).toBe(contentType));
});

it.each([
  [JSON_TYPE, JSON_TYPE],
  [PROTOBUF, PROTOBUF],
  ['application/json; charset=utf-8', undefined],
  ['Application/JSON', undefined],
  ['application/protobuf', undefined],
  ['application/recordio', undefined],
  ['text/plain', undefined],
])('a body of type %s is read as %s', (contentType, read) => expect(formatOf(FORMATS, contentType)?.contentType).toBe(read));
