/** Each leaf of some data with its path. */
function leaves(data: unknown, path = ''): [string, string][] {
  const entries = Object.entries(data && typeof data === 'object' ? data : {});
  return entries.length > 0
    ? entries.flatMap(([key, value]) => leaves(value, `${path} ${key}`))
    : [[path.trimStart(), JSON.stringify(data)]];
}

/** What one thing has otherwise than another: `path: was -> is` for each leaf. */
export function changes(from: unknown, to: unknown): string {
  const [was, is] = [from, to].map(data => Object.fromEntries(leaves(data)));
  return Object.keys({ ...was, ...is })
    .filter(path => was[path] !== is[path])
    .map(path => `${path}: ${was[path] ?? 'none'} -> ${is[path] ?? 'none'}`)
    .join('\n');
}
