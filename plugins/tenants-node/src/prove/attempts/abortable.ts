/** Gives up on what can't be told to stop, when the signal aborts. */
export async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  let giveUp: () => void = () => {};
  const aborted = new Promise<never>((_, fail) => {
    giveUp = () => fail(signal.reason);
    signal.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
