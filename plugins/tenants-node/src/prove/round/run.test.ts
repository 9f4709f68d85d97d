import { podsFirst } from './run';

/** Whether a wait is over after the microtasks that are due. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  const pending = new Promise(resolve => setImmediate(() => resolve(false)));
  return (await Promise.race([wait.then(() => true), pending])) as boolean;
}

describe('podsFirst', () => {
  it('waits until every pod has started or ended', async () => {
    const { signal } = new AbortController();
    const [one, other] = [1, 2].map(() => Promise.withResolvers<void>());
    const pods = [one.promise, other.promise];
    const wait = podsFirst(pods, signal);
    one.resolve();
    expect(await isOver(wait)).toBe(false);
    other.reject(new Error('gave up'));
    expect(await isOver(wait)).toBe(true);
    expect(await isOver(podsFirst(pods, signal))).toBe(true);
  });

  it('does not wait for ever, nor when the proof is given up', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const controller = new AbortController();
    const wait = podsFirst([new Promise(() => {})], controller.signal);
    expect(await isOver(wait)).toBe(false);
    controller.abort();
    expect(await isOver(wait)).toBe(true);
    jest.useRealTimers();
  });
});
