/** What a map has of a key: where it has nothing, it is made and kept. */
export function remembered<Key, Value>(
  map: {
    get(key: Key): Value | undefined;
    set(key: Key, value: Value): unknown;
  },
  key: Key,
  make: () => Value,
): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/**
 * What is made of an object, once for as long as it is the same one. Of lists too:
 * memory hands out the same until something changes, to each of many tenants.
 */
export function madeOnce<Key extends object, Made>(
  make: (of: Key) => Made,
): (of: Key) => Made {
  const known = new WeakMap<Key, Made>();
  return of => remembered(known, of, () => make(of));
}
