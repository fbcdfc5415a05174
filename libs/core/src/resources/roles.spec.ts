import { roleIsAncestor, roleProblem } from './roles';

it.each(['*', 'eng', 'eng/web', 'a.b', '...', 'a-b', 'ümlaut', 'a*'])('accepts the role %j (B-012)', (role) => {
  expect(roleProblem(role)).toBeUndefined();
});

it.each(['', '.', '..', 'a/..', './a', '-a', 'a/-b', 'a b', 'a\tb', 'a\bb', 'a\x7fb', '/a', 'a/', 'a//b', '/', '*/a', 'a/*'])(
  'refuses the role %j (B-012)',
  (role) => {
    expect(roleProblem(role)).toMatch(/\.$/);
  },
);

it('knows the ancestors of a role by whole parts (A-089)', () => {
  const ancestors = ['eng', 'eng/web', 'eng/web/blue', 'eng/w', 'en', 'ops', ''].filter((role) => roleIsAncestor(role, 'eng/web/blue'));
  expect(ancestors).toEqual(['eng', 'eng/web']);
});
