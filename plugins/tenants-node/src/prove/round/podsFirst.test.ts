import { PodsFirst } from './podsFirst';

/** Whether a wait is over after the microtasks that are due. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  const pending = new Promise(resolve => setImmediate(() => resolve(false)));
  return (await Promise.race([wait.then(() => true), pending])) as boolean;
}

describe('PodsFirst', () => {
  it('waits until every pod has started or ended, each counted once', async () => {
    const { signal } = new AbortController();
    const pods = new PodsFirst(2);
    const wait = pods.wait(signal);
    const [one, other] = [pods.onePod(), pods.onePod()];
    one();
    one();
    expect(await isOver(wait)).toBe(false);
    other();
    expect(await isOver(wait)).toBe(true);
    expect(await isOver(pods.wait(signal))).toBe(true);
  });

  it('does not wait for ever, nor when the proof is given up', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const controller = new AbortController();
    const wait = new PodsFirst(1).wait(controller.signal);
    expect(await isOver(wait)).toBe(false);
    controller.abort();
    expect(await isOver(wait)).toBe(true);
    jest.useRealTimers();
  });
});
