import { idProblem } from './id-problem';

it.each(['a', '...', 'a b', 'é', '-', 'x'.repeat(255)])('accepts the id %j (A-054)', (id) => {
  expect(idProblem(id)).toBeUndefined();
});

it.each([
  ['', 'may not be empty'],
  ['.', "may not be '.'"],
  ['..', "may not be '..'"],
  ['a/b', "may not contain '/' or '\\'"],
  ['a\\b', "may not contain '/' or '\\'"],
  ['a\0b', 'control characters'],
  ['a\x7f', 'control characters'],
  ['x'.repeat(256), 'at most 255 bytes, not 256'],
  ['é'.repeat(128), 'at most 255 bytes, not 256'],
])('refuses the id %j (A-054)', (id, problem) => {
  expect(idProblem(id)).toContain(problem);
});
