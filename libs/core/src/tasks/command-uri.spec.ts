import { outputOfUri, pathOfUri, uriProblem } from './command-uri';
import type { CommandUri } from './task';

const uri = (value: string, outputFile?: string): CommandUri => ({
  value,
  executable: false,
  extract: true,
  ...(outputFile !== undefined && { outputFile }),
});

describe('a URI of a command', () => {
  it.each([
    ['/opt/a.tar.gz', '/opt/a.tar.gz'],
    ['file:///opt/a%20b', '/opt/a%20b'],
    ['file://localhost/opt/a', '/opt/a'],
    ['file:////opt/a', '//opt/a'],
    ['file://elsewhere/opt/a', undefined],
    ['file:/opt/a', undefined],
    ['http://x/a', undefined],
    ['hdfs://x/a', undefined],
    ['a.tar', undefined],
    ['', undefined],
  ])('%j is the path %j of the agent’s machine', (value, path) => {
    expect(pathOfUri(value)).toBe(path);
    expect(uriProblem(uri(value)) === undefined).toBe(path !== undefined);
  });

  it.each([
    [uri('/opt/a.tar.gz'), 'a.tar.gz'],
    [uri('/opt/a/'), 'a'],
    [uri('/opt/a', 'b/c'), 'b/c'],
  ])('%j goes to %j in the sandbox', (one, output) => {
    expect(outputOfUri(one)).toBe(output);
    expect(uriProblem(one)).toBeUndefined();
  });

  it.each([
    [uri('http://x/a'), "names 'http://x/a'; only files of the agent's machine are fetched, by an absolute path or file:///path."],
    [uri('/a', '/etc/passwd'), "has the output file '/etc/passwd', which must be relative to the sandbox."],
    [uri('/a', 'b/../../c'), "has the output file 'b/../../c', which would lie outside the sandbox."],
    [uri('/opt/..'), "has the output file '..', which would lie outside the sandbox."],
    [uri('file:////'), "names 'file:////', which has no file name."],
    [uri('/'), "names '/', which has no file name."],
    [uri('/a', './'), "names '/a', which has no file name."],
    [uri('/a\0b'), 'contains a NUL character.'],
    [uri('/a', 'b\0'), 'contains a NUL character.'],
  ])('is refused: %j', (one, problem) => {
    expect(uriProblem(one)).toBe(problem);
  });
});
