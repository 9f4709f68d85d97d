/** Waits until something is so, these milliseconds at most. */
export async function until(
  condition: () => boolean | undefined | Promise<boolean | undefined>,
  ms: number = 6_000,
): Promise<void> {
  const late = Date.now() + ms;
  while (!(await condition()) && Date.now() < late) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  expect(await condition()).toBe(true);
}
