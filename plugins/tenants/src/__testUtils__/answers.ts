/** An answer that comes at the second time: the first one fails. */
export function failsOnce<T>(answer: T, message = 'connection refused') {
  return jest
    .fn(async (..._request: any[]) => answer)
    .mockRejectedValueOnce(new Error(message));
}

/** An answer that fails. */
export const fails = (message: string) => () =>
  Promise.reject(new Error(message));

/** An answer that does not come. */
export const never = () => new Promise<never>(() => {});
