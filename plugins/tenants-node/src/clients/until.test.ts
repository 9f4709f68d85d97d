import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesClient } from './kubernetes';
import { Listed, until } from './until';

const REF = { apiVersion: 'v1', kind: 'Pod', namespace: 'ns' };
const POD: Listed = { metadata: { name: 'pod', uid: '1' } };
const isEmpty = (items: Listed[]) => items.length === 0;

/** An API server whose lists take a while, and whose watches tell of these. */
function server(
  lists: { items: Listed[]; afterMs?: number }[],
  events: { type: string; object: Listed; afterMs?: number }[] = [],
) {
  return {
    async list() {
      const { items, afterMs = 0 } = lists.shift() ?? { items: [] };
      await sleep(afterMs);
      return { items, resourceVersion: '1' };
    },
    async *watch(_: object, { signal }: { signal: AbortSignal }) {
      for (const { afterMs = 0, ...event } of events) {
        await sleep(afterMs, undefined, { signal });
        yield event;
      }
      await sleep(60_000, undefined, { signal });
    },
  } as unknown as KubernetesClient;
}

it('does not take what was not listed yet for what is not there', async () => {
  const slow = server([{ items: [POD], afterMs: 2_500 }]);
  const asked: number[] = [];
  const isGone = await until(slow, REF, { timeoutMs: 3_500 }, items => {
    asked.push(items.length);
    return isEmpty(items);
  });
  expect(isGone).toBe(false);
  expect(new Set(asked)).toEqual(new Set([1]));
});

it('is met by an event', async () => {
  const kubernetes = server(
    [{ items: [POD] }],
    [{ type: 'DELETED', object: POD, afterMs: 100 }],
  );
  expect(await until(kubernetes, REF, { timeoutMs: 5_000 }, isEmpty)).toBe(
    true,
  );
});

it('asks again as time passes, but never twice at once', async () => {
  const kubernetes = server([{ items: [POD] }]);
  let [running, most, asked] = [0, 0, 0];
  await until(kubernetes, REF, { timeoutMs: 4_000 }, async () => {
    most = Math.max(most, ++running);
    asked++;
    await sleep(1_300);
    running--;
    return false;
  });
  expect(most).toBe(1);
  expect(asked).toBeGreaterThan(1);
});

it('ends with what the predicate throws', async () => {
  const kubernetes = server([{ items: [POD] }]);
  const wait = until(kubernetes, REF, { timeoutMs: 5_000 }, () => {
    throw new Error('it can’t get better');
  });
  await expect(wait).rejects.toThrow('it can’t get better');
});
