/**
 * What is wrong with a user's name, as a sentence's end. A number is refused: the system takes `0` and `+00` for root, and an ACL that names
 * root would not see it (B-122).
 */
export const userProblem = (user: string): string | undefined =>
  /^[+-]?\d+$/.test(user) ? `'${user}' is a number; users go by name, since ACLs speak of names.` : undefined;
