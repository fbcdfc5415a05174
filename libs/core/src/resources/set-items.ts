export type SetItems = readonly string[];

/** Each item once, in the order of first appearance. Answers the same object where nothing changes. */
export function canonicalItems(items: SetItems): SetItems {
  const distinct = new Set(items);
  return distinct.size === items.length ? items : [...distinct];
}

export const addItems = (left: SetItems, right: SetItems): SetItems => canonicalItems([...left, ...right]);

export function subtractItems(left: SetItems, right: SetItems): SetItems {
  const gone = new Set(right);
  return left.filter((item) => !gone.has(item));
}

export function containsItems(left: SetItems, right: SetItems): boolean {
  const held = new Set(left);
  return right.every((item) => held.has(item));
}

export const sameItems = (left: SetItems, right: SetItems): boolean => left.length === right.length && containsItems(left, right);

/** `{a, b}`, as Mesos prints it. */
export const formatItems = (items: SetItems): string => `{${items.join(', ')}}`;
