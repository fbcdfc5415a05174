import { containerPathProblem } from './container-path';

it.each(['data', 'a/b/c', '.hidden', '..a', 'a..', 'with space'])('accepts the container path %j (architecture 11.4)', (path) => {
  expect(containerPathProblem(path)).toBeUndefined();
});

it.each([
  ['', 'may not be empty'],
  ['/data', 'not absolute'],
  ['.', "'.'"],
  ['./a', "'.'"],
  ['..', "'..'"],
  ['a/../b', "'..'"],
  ['a/..', "'..'"],
  ['a\0b', 'NUL'],
])('refuses the container path %j (architecture 11.4)', (path, problem) => {
  expect(containerPathProblem(path)).toContain(problem);
});
