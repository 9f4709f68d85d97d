import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until there is something, and hands it back. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  seconds: number = 90,
  everyMs: number = 200,
): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(everyMs)) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`Not within ${seconds} s: ${look}`);
    }
  }
}
