/** Whether all is to run (`npm run test:full`), and not only what CI has time for. */
export const FULL = process.env.THREEWALLS_FULL === '1';

type Test = (title: string, test: () => Promise<void>, ms?: number) => void;

/**
 * A test that takes longer than CI has time for. Where it does not run it is not
 * there: one that is skipped would be one that nobody has seen pass.
 */
export const itInFull: Test = FULL ? globalThis.it : () => {};
