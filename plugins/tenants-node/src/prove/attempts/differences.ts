/** Most differences that are told; the rest is counted. */
const SHOWN = 5;

/** In words, where `live` is not what `plan` is. */
export function differences(plan: unknown, live: unknown): string[] {
  const all = [...compare(plan, live, '')];
  return all.length > SHOWN
    ? [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`]
    : all;
}

function* compare(
  plan: unknown,
  live: unknown,
  path: string,
): Generator<string> {
  if (
    isTree(plan) &&
    isTree(live) &&
    Array.isArray(plan) === Array.isArray(live)
  ) {
    const keys = new Set([...Object.keys(plan), ...Object.keys(live)]);
    for (const key of keys) {
      const next = Array.isArray(plan) ? `${path}[${key}]` : `${path}.${key}`;
      yield* compare(plan[key], live[key], next.replace(/^\./, ''));
    }
  } else if (plan !== live) {
    yield `${path} is ${show(live)}, planned ${show(plan)}`;
  }
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200);
}
