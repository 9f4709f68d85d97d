import { ProofSummary } from '@threewalls/backstage-plugin-tenants-common';
import { proofOf, summaryOf } from '../__fixtures__';
import { mockTenantsApi } from '../__testUtils__';
import { listSince } from './tenants';

const MINUTE_MS = 60_000;
const { signal } = new AbortController();

/** Proofs every minute, newest first. */
function history(count: number): ProofSummary[] {
  return Array.from({ length: count }, (_, minutes) =>
    summaryOf(proofOf('acme', { minutes, id: `p${count - minutes}` })),
  );
}

/** A backend with a history, and what it is asked for. */
function apiOf(all: ProofSummary[], pageSize = Infinity) {
  const asked: [limit: number, offset: number][] = [];
  const api = mockTenantsApi({
    listProofs: async (_, { limit = 20, offset = 0 } = {}) => {
      asked.push([limit, offset]);
      const items = all.slice(offset, offset + Math.min(limit, pageSize));
      return { items, totalItems: all.length };
    },
  });
  return { api, asked };
}

describe('listSince', () => {
  it('reads as far back as it has to, and says that this is all', async () => {
    const { api, asked } = apiOf(history(500), 100);
    const since = Date.now() - 250 * MINUTE_MS;

    const { proofs, isComplete } = await listSince(
      api,
      'acme',
      since,
      [],
      signal,
    );

    expect(isComplete).toBe(true);
    expect(proofs).toHaveLength(250);
    expect(asked.map(([, offset]) => offset)).toEqual([0, 100, 200]);
  });

  it('asks for what is new, and knows the rest', async () => {
    const all = history(300);
    const since = Date.now() - 1_000 * MINUTE_MS;
    const known = all.slice(5);
    const { api, asked } = apiOf(all);

    const { proofs } = await listSince(api, 'acme', since, known, signal);

    expect(asked).toEqual([[20, 0]]);
    expect(proofs.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('takes no proof for done that was under way when it was read', async () => {
    const [newest, ...older] = history(10);
    const running = { ...newest, state: 'running' as const };
    const { api } = apiOf([newest, ...older]);

    const { proofs } = await listSince(
      api,
      'acme',
      0,
      [running, ...older],
      signal,
    );

    expect(proofs.filter(({ id }) => id === newest.id)).toEqual([newest]);
  });

  it('forgets what is too old by now', async () => {
    const all = history(60);
    const since = Date.now() - 30 * MINUTE_MS;
    const { api } = apiOf(all);
    const { proofs } = await listSince(api, 'acme', since, all, signal);
    expect(proofs).toHaveLength(30);
  });

  it('says where it has not read all of it', async () => {
    const { api } = apiOf(history(500), 10);
    const { isComplete, proofs } = await listSince(api, 'acme', 0, [], signal);
    expect(isComplete).toBe(false);
    expect(proofs).toHaveLength(100);
  });
});
