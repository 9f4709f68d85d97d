import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import {
  breachedReceipts,
  proofOf,
  tenantOf,
  tenants,
} from '../../__fixtures__';
import { groupsOf } from './Failures';
import {
  csvOf,
  FilterContext,
  matchesFilter,
  matchesSearch,
  sortTenants,
} from './filters';

const all = Object.values(tenants);
const context: FilterContext = {
  ownRefs: new Set([tenants.acme.owner]),
  ownerTitles: new Map([[tenants.hooli.owner, 'The Hooligans']]),
  failing: new Map([['net.canary-egress', new Set(['globex'])]]),
};
const names = (some: Tenant[]) => some.map(({ name }) => name);

describe('matchesFilter', () => {
  it.each([
    [{ status: 'breached' }, ['globex']],
    [{ status: 'stale' }, ['hooli']],
    [{ owner: tenants.initech.owner }, ['initech']],
    [{ wall: 'secret' }, ['initech', 'wonka']],
    [{ check: 'net.canary-egress' }, ['globex']],
    [{ check: 'net.unknown' }, []],
    [{ mine: 'true' }, ['acme']],
    [{ cluster: 'elsewhere' }, []],
    [{ status: 'unproven', wall: 'network' }, ['wonka']],
  ])('%j shows %j', (filter, shown) => {
    expect(names(all.filter(t => matchesFilter(t, filter, context)))).toEqual(
      shown,
    );
  });
});

describe('matchesSearch', () => {
  it.each([
    ['hooligans', ['hooli']],
    ['LAB acme-team', ['acme']],
    ['nobody', []],
  ])('%s finds %j', (search, found) => {
    expect(names(all.filter(t => matchesSearch(t, search, context)))).toEqual(
      found,
    );
  });
});

describe('sortTenants', () => {
  it('sorts numbers in names as people count', () => {
    const some = ['t10', 't9', 't1'].map(name => tenantOf(name, undefined));
    expect(names(sortTenants(some, 'name', 'ascending'))).toEqual([
      't1',
      't9',
      't10',
    ]);
  });

  it.each(['network', 'secret', 'walls'])('puts the worst first by %s', by => {
    const [first] = sortTenants(all, by, 'ascending');
    expect(first.name).toBe(by === 'secret' ? 'initech' : 'globex');
  });

  it('puts owners in the order of what is shown of them', () => {
    const titles = new Map([[tenants.wonka.owner, 'A first one']]);
    const [first] = sortTenants(all, 'owner', 'ascending', titles);
    expect(first.name).toBe('wonka');
  });
});

describe('csvOf', () => {
  const cells = (csv: string) => csv.trimEnd().split('\r\n')[1].split(',');

  it('has a line a tenant, with the owner by both names', () => {
    const [head, ...lines] = csvOf(all, context.ownerTitles)
      .trimEnd()
      .split('\r\n');
    expect(head).toMatch(
      /^name,network,secret,resource,stale,state,proved at,owner,/,
    );
    expect(lines).toHaveLength(all.length);
    expect(lines[3]).toMatch(
      /^hooli,holds,holds,holds,stale,.*,group:default\/hooli-team,The Hooligans,lab,/,
    );
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\tx'])(
    'hands a spreadsheet %j as text',
    name => {
      expect(cells(csvOf([tenantOf(name, undefined)], new Map()))[0]).toBe(
        `'${name}`,
      );
    },
  );

  it('quotes what would break a line', () => {
    const title = 'One, "two"\nthree';
    const csv = csvOf([tenants.acme], new Map([[tenants.acme.owner, title]]));
    expect(csv).toContain('"One, ""two""\nthree"');
  });
});

describe('groupsOf', () => {
  it('counts a tenant once a wall, under the receipt that decided', () => {
    const failing = ['a', 'b'].map(name => {
      const proof = proofOf(name, {
        verdicts: [{ status: 'breached' }],
        receipts: breachedReceipts(new Date().toISOString()),
      });
      return { tenant: tenantOf(name, proof), proof };
    });
    const groups = groupsOf(
      [...failing.map(({ tenant }) => tenant), tenants.wonka],
      new Map(failing.map(({ proof }) => [proof.tenant, proof])),
    );
    expect(
      groups.map(({ check, outcome, tenants: own }) => [
        check,
        outcome,
        names(own),
      ]),
    ).toEqual([['net.canary-egress', 'breached', ['a', 'b']]]);
  });
});
