import { isIPv4 } from 'node:net';
import { InputError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile } from '../config/platform';
import { vaultEndpoint } from '../config/vaultService';
import { holds } from './addresses';

/**
 * Ranges that are out of reach on any cluster: a host's own and a link's, which
 * clouds serve their metadata from; and where some serve it besides, or their
 * agents: Azure, Alibaba, Oracle.
 */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
];
/**
 * Ranges in which clusters and companies have their networks (RFC 1918, RFC 6598,
 * RFC 4193): out of reach but for what config says is reachable.
 */
const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
];
/** A range wider than this is taken for "the internet". */
const WIDEST = 8;

/** An allowed range, and the parts of it that are not. */
export interface AllowedRange {
  cidr: string;
  except?: string[];
}

/**
 * Checks the allowed egress of a spec against the platform.
 *
 * @throws InputError for host names without Cilium, for ranges that cover the
 * internet without `allowInternet`, and for ranges that reach into the
 * cluster's own networks
 */
export function checkEgress(spec: TenantSpec, cluster: ClusterProfile): void {
  const { hosts, cidrs } = spec.egress;
  if (hosts.length > 0 && cluster.network.provider !== 'cilium') {
    throw new InputError(
      `Host names (${hosts.join(
        ', ',
      )}) can only be allowed with tenants.network.provider cilium: name IPv4 ranges instead`,
    );
  }
  for (const cidr of cidrs) {
    const isWide = prefixOf(cidr) < WIDEST;
    if (isWide && !spec.allowInternet) {
      throw new InputError(
        `${cidr} covers a large part of the internet: say allowInternet if that is meant`,
      );
    }
    if (isWide && cluster.network.reservedCidrs.length === 0) {
      throw new InputError(
        `${cidr} covers the cluster's own networks too, and nothing says which they are: an administrator has to set network.reservedCidrs of cluster ${cluster.name}`,
      );
    }
    for (const { cidr: reserved, except = [] } of reservedRanges(cluster)) {
      // Out of a wide range the reserved ones are taken, unless nothing is left.
      const isReserved = isWide
        ? holds(reserved, cidr)
        : overlap(cidr, reserved) && !except.some(range => holds(range, cidr));
      if (isReserved) {
        throw new InputError(
          `${cidr} overlaps ${reserved}, which no tenant may be allowed to reach`,
        );
      }
    }
  }
}

/**
 * The ranges of a spec, without what stays out of reach all the same: what
 * `allowInternet` allows is the internet, not the cluster's own networks.
 */
export function allowedRanges(
  { egress }: Pick<TenantSpec, 'egress'>,
  cluster: ClusterProfile,
): AllowedRange[] {
  return egress.cidrs.map(cidr => {
    const inside = reservedRanges(cluster)
      .filter(range => holds(cidr, range.cidr))
      .map(range => range.cidr);
    // What is in another goes with it.
    const except = inside.filter(
      range => !inside.some(other => other !== range && holds(other, range)),
    );
    return { cidr, ...(except.length > 0 && { except }) };
  });
}

/**
 * What no tenant may be allowed to reach, and the parts of it that one may; Vault
 * has a rule of its own, for its port.
 */
export function reservedRanges(cluster: ClusterProfile): AllowedRange[] {
  const { apiServerCidrs, reservedCidrs, reachableCidrs } = cluster.network;
  const vault = vaultEndpoint(cluster).host;
  const always = [
    ...NEVER,
    ...reservedCidrs,
    ...apiServerCidrs,
    ...[vault, apiServer(cluster)].flatMap(host =>
      host && isIPv4(host) ? [`${host}/32`] : [],
    ),
  ];
  const ranges = [
    ...[...new Set(always)].map(cidr => ({ cidr })),
    ...PRIVATE.filter(cidr => !always.includes(cidr)).map(cidr => {
      const except = reachableCidrs.filter(range => holds(cidr, range));
      return { cidr, ...(except.length > 0 && { except }) };
    }),
  ];
  return ranges.sort((a, b) => (a.cidr < b.cidr ? -1 : 1));
}

/** Where config says that the API server is; it may be an address of the internet's. */
function apiServer({
  kubernetes,
}: Pick<ClusterProfile, 'kubernetes'>): string | undefined {
  return kubernetes.url && new URL(kubernetes.url).hostname;
}

function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}

/** Two ranges overlap when one holds the other. */
function overlap(a: string, b: string): boolean {
  return holds(a, b) || holds(b, a);
}
