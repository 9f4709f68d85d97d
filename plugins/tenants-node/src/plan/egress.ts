import { BlockList } from 'node:net';
import { InputError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterConfig, Platform } from '../platform';

/** Ranges that are a host's own or a link's (clouds' metadata too), on any cluster. */
const NEVER = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4'];
/** A range wider than this is taken for "the internet". */
const WIDEST = 8;

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
    const prefix = Number(cidr.split('/')[1]);
    if (prefix < WIDEST) {
      if (!spec.allowInternet) {
        throw new InputError(
          `${cidr} covers a large part of the internet: say allowInternet if that is meant`,
        );
      }
      continue;
    }
    for (const reserved of [...NEVER, ...cluster.network.reservedCidrs]) {
      if (overlap(cidr, reserved)) {
        throw new InputError(
          `${cidr} overlaps ${reserved}, which no tenant may be allowed to reach`,
        );
      }
    }
  }
}

/**
 * The ranges inside an allowed one that stay out of reach all the same: what
 * `allowInternet` allows is the internet, not the cluster's own networks.
 */
export function exceptionsOf(cidr: string, cluster: ClusterConfig): string[] {
  const reserved = [...NEVER, ...cluster.network.reservedCidrs].filter(
    range =>
      range.split('.').length === 4 &&
      Number(range.split('/')[1]) > Number(cidr.split('/')[1]) &&
      holds(cidr, range),
  );
  return [...new Set(reserved)].sort();
}

/** Two ranges overlap when one holds the other's first address. */
function overlap(a: string, b: string): boolean {
  return holds(a, b) || holds(b, a);
}

function holds(range: string, other: string): boolean {
  const [address, prefix] = range.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), 'ipv4');
  return list.check(other.split('/')[0], 'ipv4');
}
