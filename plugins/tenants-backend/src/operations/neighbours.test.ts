import { Tenant } from '../inventory/Inventory';
import { rankNeighbours } from './neighbours';

const AGO = new Date(Date.now() - 3_600_000).toISOString();
const NOW = new Date().toISOString();
const made = (name: string, over: Partial<Tenant> = {}) =>
  ({
    uid: `uid-${name}`,
    name,
    cluster: 'lab',
    phase: 'active',
    createdAt: AGO,
    proofId: 'proof',
    ...over,
  } as Tenant);

describe('neighbours of a proof', () => {
  const tenants = [
    made('acme'),
    made('tried'),
    made('waits'),
    made('running'),
    made('new', { createdAt: NOW, proofId: undefined }),
    made('newAndWaits', { createdAt: NOW, proofId: undefined }),
    made('away', { phase: 'lost' as any }),
    made('elsewhere', { cluster: 'other' }),
  ];
  const ranked = (isOfChange: boolean) =>
    rankNeighbours({
      tenant: tenants[0],
      tenants,
      busy: new Set(['running']),
      queued: new Set(['waits', 'newAndWaits']),
      attempts: new Map([
        ['uid-tried', 2],
        ['uid-waits', 1],
        ['uid-newAndWaits', 1],
      ]),
      isOfChange,
    }).map(({ name }) => name);

  it('are those that can be proved too, the pair least recently tried first', () => {
    expect(ranked(false)).toHaveLength(3);
    expect(ranked(false).slice(0, 2).sort()).toEqual(['newAndWaits', 'waits']);
    expect(ranked(false)[2]).toBe('tried');
  });

  it('are only those that wait as well, where a change has asked for it', () => {
    expect(ranked(true).sort()).toEqual(['newAndWaits', 'waits']);
  });
});
