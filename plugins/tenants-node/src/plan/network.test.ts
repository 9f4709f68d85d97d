import { tenantPlan } from '../__fixtures__/plan';
import { clusterConfig, testProfile } from '../__fixtures__/platform';

/** The policies of a tenant under some settings of the network. */
function policies(
  network: object,
  { vault = {}, egress = {}, n8n = {} }: Record<string, object> = {},
) {
  const own = { address: 'https://vault.example.com', ...vault };
  const { find } = tenantPlan(
    { network, n8n, clusters: [clusterConfig({ vault: own })] },
    { egress: { hosts: [], cidrs: [], ...egress } },
  );
  return {
    policy: find('NetworkPolicy')?.spec,
    cilium: find('CiliumNetworkPolicy')?.spec,
  };
}

const IN_CLUSTER = { inClusterAddress: 'http://vault.vault.svc:8200' };
const cilium = { provider: 'cilium' };

describe('where names are resolved', () => {
  const dns = {
    namespaces: ['dns', 'more'],
    podLabels: { app: 'coredns' },
    ports: [53, 8053],
    cidrs: ['169.254.20.10/32', 'fd00::10/128'],
  };

  it('is what a NetworkPolicy allows', () => {
    const { policy } = policies({ dns }, { vault: IN_CLUSTER });
    const podSelector = { matchLabels: { app: 'coredns' } };
    const inNamespace = (name: string) => ({
      namespaceSelector: {
        matchLabels: { 'kubernetes.io/metadata.name': name },
      },
      podSelector,
    });
    expect(policy.egress[1]).toEqual({
      to: [
        inNamespace('dns'),
        inNamespace('more'),
        { ipBlock: { cidr: '169.254.20.10/32' } },
        { ipBlock: { cidr: 'fd00::10/128' } },
      ],
      ports: [53, 8053].flatMap(port => [
        { port, protocol: 'UDP' },
        { port, protocol: 'TCP' },
      ]),
    });
  });

  it('is what Cilium allows, by name, and does not deny again', () => {
    const { egress, egressDeny } = policies(
      { ...cilium, dns },
      { vault: IN_CLUSTER },
    ).cilium;
    const [, pods, addresses, node] = egress;
    expect(pods.toEndpoints).toHaveLength(2);
    expect(pods.toEndpoints[0].matchLabels).toEqual({
      'k8s:io.kubernetes.pod.namespace': 'dns',
      'k8s:app': 'coredns',
    });
    expect(addresses.toCIDR).toEqual(dns.cidrs);
    expect(node.toEntities).toEqual(['host']);
    for (const { toPorts } of [pods, addresses, node]) {
      expect(toPorts[0].ports.map(({ port }: any) => port)).toEqual([
        '53',
        '8053',
      ]);
      expect(toPorts[0].rules.dns.length).toBeGreaterThan(0);
    }
    const [remote, own, ranges, resolvers] = egressDeny;
    expect(remote).toEqual({ toEntities: ['remote-node'] });
    expect(own.toPorts[0].ports.map((p: any) => [p.port, p.endPort])).toEqual([
      ['1', 52],
      ['54', 8052],
      ['8054', 65535],
    ]);
    expect(ranges.toCIDRSet).toContainEqual({
      cidr: '169.254.0.0/16',
      except: ['169.254.20.10/32'],
    });
    expect(resolvers.toCIDRSet).toEqual([
      { cidr: '0.0.0.0/0', except: ['169.254.20.10/32'] },
      { cidr: '::/0', except: ['fd00::10/128'] },
    ]);
  });

  it('is somewhere', () => {
    expect(() => testProfile({ network: { dns: { namespaces: [] } } })).toThrow(
      /network.dns: no resolver is left/,
    );
    expect(() => testProfile({ network: { dns: { ports: [0] } } })).toThrow(
      /dns.ports\[0\]: has to be a port/,
    );
  });
});

describe('who reaches n8n', () => {
  it('is named by namespace or by address', () => {
    const ingress = { namespaces: ['a', 'b'], cidrs: ['35.191.0.0/16'] };
    const { policy } = policies({ ingress }, { vault: IN_CLUSTER });
    expect(policy.ingress[1].from).toHaveLength(3);
    expect(policy.ingress[1].from[2]).toEqual({
      ipBlock: { cidr: '35.191.0.0/16' },
    });
    expect(policy.ingress[1].ports).toEqual([{ port: 5678, protocol: 'TCP' }]);
  });
});

describe('Vault outside the cluster', () => {
  it('is a range where a NetworkPolicy can’t name it', () => {
    const vault = { cidrs: ['10.9.8.0/24'] };
    const { policy } = policies({}, { vault });
    expect(policy.egress).toContainEqual({
      to: [{ ipBlock: { cidr: '10.9.8.0/24' } }],
      ports: [{ port: 443, protocol: 'TCP' }],
    });
    const spared = policies(cilium, { vault }).cilium.egressDeny[1].toCIDRSet;
    expect(spared).toContainEqual({
      cidr: '10.0.0.0/8',
      except: ['10.9.8.0/24'],
    });
  });

  it('may be an address of IPv6', () => {
    const vault = { inClusterAddress: 'https://[2001:db8::1]:8200' };
    const { policy } = policies({}, { vault });
    expect(policy.egress).toContainEqual({
      to: [{ ipBlock: { cidr: '2001:db8::1/128' } }],
      ports: [{ port: 8200, protocol: 'TCP' }],
    });
  });
});

describe('an allowed host', () => {
  it('is allowed on its port only, where it has one', () => {
    const hosts = ['a.test', '*.b.test', 'c.test:8443', 'a.test:25'];
    const { egress } = policies(cilium, {
      vault: IN_CLUSTER,
      egress: { hosts },
    }).cilium;
    expect(egress.slice(2)).toEqual([
      { toFQDNs: [{ matchName: 'a.test' }, { matchPattern: '*.b.test' }] },
      {
        toFQDNs: [{ matchName: 'c.test' }],
        toPorts: [{ ports: [{ port: '8443', protocol: 'TCP' }] }],
      },
      {
        toFQDNs: [{ matchName: 'a.test' }],
        toPorts: [{ ports: [{ port: '25', protocol: 'TCP' }] }],
      },
    ]);
    const names = egress[1].toPorts[0].rules.dns.slice(-3);
    expect(names).toEqual([
      { matchName: 'a.test' },
      { matchPattern: '*.b.test' },
      { matchName: 'c.test' },
    ]);
  });
});

describe('the API server and a proxy', () => {
  it('are out of reach, and within it', () => {
    const { policy, cilium: own } = policies(
      { ...cilium, apiServerCidrs: ['203.0.113.7/32'] },
      {
        vault: IN_CLUSTER,
        n8n: {
          proxy: { url: 'http://proxy.example:3128', cidrs: ['10.1.1.1/32'] },
        },
      },
    );
    expect(own.egressDeny[1].toCIDRSet).toContainEqual({
      cidr: '203.0.113.7/32',
    });
    expect(policy.egress).toContainEqual({
      to: [{ ipBlock: { cidr: '10.1.1.1/32' } }],
      ports: [{ port: 3128, protocol: 'TCP' }],
    });
  });
});
