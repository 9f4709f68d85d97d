import { BlockList, isIPv4 } from 'node:net';
import { InputError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterConfig, Platform } from '../config/platform';
import { vaultEndpoint } from '../config/vaultService';

/** Ranges that are a host's own or a link's (clouds' metadata too), on any cluster. */
const NEVER = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4'];
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
export function checkEgress(
  spec: TenantSpec,
  platform: Platform,
  cluster: ClusterConfig,
): void {
  const { hosts, cidrs } = spec.egress;
  if (hosts.length > 0 && platform.network.provider !== 'cilium') {
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
    for (const reserved of reservedRanges(cluster)) {
      // Out of a wide range the reserved ones are taken, unless nothing is left.
      if (isWide ? holds(reserved, cidr) : overlap(cidr, reserved)) {
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
  cluster: ClusterConfig,
): AllowedRange[] {
  return egress.cidrs.map(cidr => {
    const except = reservedRanges(cluster).filter(range => holds(cidr, range));
    return { cidr, ...(except.length > 0 && { except }) };
  });
}

/** What no tenant may be allowed to reach; Vault has a rule of its own, for its port. */
export function reservedRanges(cluster: ClusterConfig): string[] {
  const vault = vaultEndpoint(cluster).host;
  const ranges = [
    ...NEVER,
    ...cluster.network.reservedCidrs,
    ...(isIPv4(vault) ? [`${vault}/32`] : []),
  ];
  return [...new Set(ranges)].sort();
}

function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}

/** Two ranges overlap when one holds the other. */
function overlap(a: string, b: string): boolean {
  return holds(a, b) || holds(b, a);
}

/** Whether all of a range is in another. */
export function holds(range: string, other: string): boolean {
  const [address, prefix] = range.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), 'ipv4');
  return (
    prefixOf(other) >= Number(prefix) && list.check(other.split('/')[0], 'ipv4')
  );
}
