import fc from 'fast-check';
import { tenantPlan } from '../__fixtures__/plan';
import { clusterConfig } from '../__fixtures__/platform';

const RESERVED = ['10.0.0.0/8', '172.16.0.0/12', '198.18.0.0/15'];
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '100.64.0.0/10',
  '192.168.0.0/16',
];
const V6 = ['::1/128', 'fc00::/7', 'fd00::/8', 'fe80::/10', 'ff00::/8'];
const VAULT = '192.0.2.20';

/** Config of a cluster with these reserved ranges, and Vault at an address. */
const config = (provider: string, vault = `https://${VAULT}:8200`) => ({
  network: { provider },
  clusters: [
    clusterConfig({
      vault: { address: vault },
      network: { reservedCidrs: [...RESERVED, 'fd00::/8'] },
    }),
  ],
});

/** First and last address of a range, as numbers. */
function bounds(cidr: string): [number, number] {
  const [address, prefix] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  const number = address
    .split('.')
    .reduce((all, octet) => all * 256 + Number(octet), 0);
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

interface Block {
  cidr: string;
  except?: string[];
}

/** DNS' and Vault's rules name ports; what a spec allows, ranges of them. */
function isOnePort({ ports }: { ports?: { endPort?: number }[] }): boolean {
  return Boolean(ports?.some(({ endPort }) => !endPort));
}

/** What the policies allow and deny, as ranges; but for Vault's own rule. */
function blocksOf(provider: string, spec: object, vault?: string) {
  const { find } = tenantPlan(config(provider, vault), spec);
  const of = (kind: string) => find(kind)?.spec ?? {};
  const allowed: Block[] = [
    ...of('NetworkPolicy')
      .egress.filter((rule: any) => !isOnePort(rule))
      .flatMap((rule: any) => rule.to.flatMap((to: any) => to.ipBlock ?? [])),
    ...(of('CiliumNetworkPolicy').egress ?? []).flatMap(
      (rule: any) => rule.toCIDRSet ?? [],
    ),
  ];
  const denied: Block[] = (of('CiliumNetworkPolicy').egressDeny ?? []).flatMap(
    (rule: any) => rule.toCIDRSet ?? [],
  );
  return { allowed, denied };
}

/** What is allowed; nothing where the spec is refused as it should be. */
function allowedOrRefused(provider: string, spec: object): Block[] | undefined {
  try {
    return blocksOf(provider, spec).allowed;
  } catch (error) {
    if ((error as Error).name === 'InputError') {
      return undefined;
    }
    throw error;
  }
}

const anyCidr = fc
  .tuple(
    fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.oneof(fc.nat(12), fc.nat(32)),
  )
  .map(([octets, prefix]) => {
    const [first] = bounds(`${octets.join('.')}/${prefix}`);
    const address = [24, 16, 8, 0].map(
      shift => Math.floor(first / 2 ** shift) % 256,
    );
    return `${address.join('.')}/${prefix}`;
  });

describe('what a tenant may reach', () => {
  it.each(['kubernetes', 'cilium'])(
    'holds no reserved address, whatever is asked for: %s',
    provider => {
      let planned = 0;
      fc.assert(
        fc.property(
          fc.array(anyCidr, { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          (cidrs, allowInternet) => {
            const allowed = allowedOrRefused(provider, {
              egress: { hosts: [], cidrs },
              allowInternet,
            });
            if (!allowed) {
              return;
            }
            planned++;
            expect(allowed.map(({ cidr }) => cidr)).toEqual(cidrs);
            for (const { cidr, except = [] } of allowed) {
              const [first, last] = bounds(cidr);
              for (const inner of except.map(bounds)) {
                // The API server and Cilium take only what is inside.
                expect(inner[0] >= first && inner[1] <= last).toBe(true);
              }
              for (const reserved of [...RESERVED, ...NEVER, `${VAULT}/32`]) {
                const [from, to] = bounds(reserved);
                const apart = to < first || from > last;
                const taken = except
                  .map(bounds)
                  .some(inner => inner[0] <= from && inner[1] >= to);
                expect([cidr, reserved, apart || taken]).toEqual([
                  cidr,
                  reserved,
                  true,
                ]);
              }
            }
          },
        ),
        { numRuns: 500 },
      );
      // Or the property would hold for nothing.
      expect(planned).toBeGreaterThan(50);
    },
  );

  it('lets the internet in without the cluster’s own networks, under Cilium too', () => {
    const egress = { hosts: [], cidrs: ['0.0.0.0/0'] };
    const except = [
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '168.63.129.16/32',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.0.0.192/32',
      '192.0.2.20/32',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '224.0.0.0/4',
    ];
    for (const provider of ['kubernetes', 'cilium']) {
      expect(
        blocksOf(provider, { egress, allowInternet: true }).allowed,
      ).toEqual([{ cidr: '0.0.0.0/0', except }]);
    }
  });

  it('is denied where a host name may resolve to, but for Vault itself', () => {
    const egress = { hosts: ['api.example.com'], cidrs: [] };
    const { denied } = blocksOf('cilium', { egress });
    expect(denied.map(({ cidr }) => cidr)).toEqual(
      [...NEVER, ...RESERVED, ...V6].sort(),
    );
    expect(
      blocksOf('cilium', { egress }, 'https://10.1.2.3:8200').denied,
    ).toContainEqual({ cidr: '10.0.0.0/8', except: ['10.1.2.3/32'] });
  });

  it('may be a part of a private network, where config says so', () => {
    const reachable = {
      network: { provider: 'cilium' },
      clusters: [
        {
          ...config('cilium').clusters[0],
          network: {
            reservedCidrs: ['10.0.0.0/16'],
            reachableCidrs: ['10.20.0.0/16', '10.0.0.0/24'],
          },
        },
      ],
    };
    const egressTo = (cidr: string) => ({
      egress: { hosts: [], cidrs: [cidr] },
    });
    const plan = (cidr: string) => tenantPlan(reachable, egressTo(cidr));
    const { spec } = plan('10.20.30.0/24').find('CiliumNetworkPolicy');
    expect(spec.egress).toContainEqual({
      toCIDRSet: [{ cidr: '10.20.30.0/24' }],
    });
    const denied = spec.egressDeny[1].toCIDRSet;
    expect(denied).toContainEqual({
      cidr: '10.0.0.0/8',
      except: ['10.20.0.0/16', '10.0.0.0/24'],
    });
    // What is reserved by name stays so.
    expect(denied).toContainEqual({ cidr: '10.0.0.0/16' });
    for (const cidr of ['10.0.0.0/24', '10.21.0.0/16', '10.16.0.0/12']) {
      expect(() => plan(cidr)).toThrow(/no tenant may be allowed/);
    }
  });

  it('has no name that is not allowed, under Cilium, unless a range is', () => {
    const names = (spec: object) =>
      tenantPlan(config('cilium'), spec).find('CiliumNetworkPolicy').spec
        .egress[1].toPorts[0].rules.dns;
    const hosts = ['api.example.com', '*.example.org'];
    const [one, two, ...rest] = names({ egress: { hosts, cidrs: [] } });
    expect([one, two]).toEqual([
      { matchPattern: '*.cluster.local' },
      { matchPattern: '*.*.cluster.local' },
    ]);
    expect(rest.slice(-2)).toEqual([
      { matchName: 'api.example.com' },
      { matchPattern: '*.example.org' },
    ]);
    expect(names({ egress: { hosts, cidrs: ['203.0.113.0/24'] } })).toEqual([
      { matchPattern: '*' },
    ]);
    // The plain policy has no rule that would allow every other name.
    const plain = tenantPlan(config('cilium')).find('NetworkPolicy');
    expect(JSON.stringify(plain)).not.toMatch(/53/);
  });

  it('is never another resolver than the cluster’s', () => {
    const egress = { hosts: [], cidrs: ['203.0.113.0/24'] };
    const rulesOf = (provider: string, kind: string) =>
      tenantPlan(config(provider), { egress }).find(kind).spec;
    const rule = rulesOf('kubernetes', 'NetworkPolicy').egress.find(
      ({ to }: any) => to[0].ipBlock?.cidr === '203.0.113.0/24',
    );
    const allows = (protocol: string, at: number) =>
      rule.ports.some(
        (p: any) => p.protocol === protocol && p.port <= at && p.endPort >= at,
      );
    for (const protocol of ['TCP', 'UDP']) {
      expect([1, 52, 53, 54, 65535].map(at => allows(protocol, at))).toEqual([
        true,
        true,
        false,
        true,
        true,
      ]);
    }
    expect(rulesOf('cilium', 'CiliumNetworkPolicy').egressDeny).toContainEqual({
      toCIDR: ['0.0.0.0/0', '::/0'],
      toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }] }],
    });
  });

  it('has Vault in it where that has a host name, by its port', () => {
    const { spec } = tenantPlan(
      config('cilium', 'https://vault.example.com'),
    ).find('CiliumNetworkPolicy');
    expect(spec.egress).toContainEqual({
      toFQDNs: [{ matchName: 'vault.example.com' }],
      toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }],
    });
    expect(spec.egress[1].toPorts[0].rules.dns).toContainEqual({
      matchName: 'vault.example.com',
    });
  });

  it('has Vault in it where that has an address of its own, by its port', () => {
    const { spec } = tenantPlan(config('kubernetes')).find('NetworkPolicy');
    expect(spec.egress).toContainEqual({
      to: [{ ipBlock: { cidr: `${VAULT}/32` } }],
      ports: [{ port: 8200, protocol: 'TCP' }],
    });
  });

  it.each<[object, RegExp]>([
    [{ cidrs: ['240.0.0.0/4'] }, /allowInternet/],
    [{ cidrs: ['224.0.0.0/4'], allowInternet: true }, /overlaps 224.0.0.0\/4/],
    [{ cidrs: ['192.0.2.0/24'] }, /overlaps 192.0.2.20\/32/],
    [{ cidrs: ['10.2.0.0/16'], allowInternet: true }, /overlaps 10.0.0.0\/8/],
  ])('is refused where nothing of it may be: %j', (spec, message) => {
    const { cidrs, allowInternet = false } = spec as any;
    expect(() =>
      blocksOf('cilium', { egress: { hosts: [], cidrs }, allowInternet }),
    ).toThrow(message);
  });

  it('is not the internet where nobody has said what is reserved', () => {
    const [cluster] = config('cilium').clusters;
    const clusters = [{ ...cluster, network: {} }];
    const egress = { hosts: [], cidrs: ['0.0.0.0/0'] };
    expect(() =>
      tenantPlan({ clusters }, { egress, allowInternet: true }),
    ).toThrow(/set network.reservedCidrs of cluster lab/);
    expect(() =>
      tenantPlan({
        clusters: [{ ...cluster, network: { reservedCidrs: ['10.0.0.0'] } }],
      }),
    ).toThrow(/10.0.0.0 is not a range/);
  });
});
