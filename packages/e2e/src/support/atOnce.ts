/** Does work for each, so many at once. */
export async function atOnce<T extends object>(
  count: number,
  all: T[],
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...all];
  const worker = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      await work(one);
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
}
