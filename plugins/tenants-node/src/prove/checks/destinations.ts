import { BlockList } from 'node:net';
import { Endpoint } from '../../config/platform';
import { Side } from '../types';

/** Port by which an allowed destination is tried: the plan allows every port. */
const HTTPS = 443;

/** Allowed destinations that name one host: a wildcard or a range names none. */
export function allowedDestinations({ tenant }: Side): Endpoint[] {
  const { hosts, cidrs } = tenant.plan.spec.egress;
  return [
    ...hosts.filter(host => !host.startsWith('*')),
    ...cidrs
      .filter(cidr => cidr.endsWith('/32'))
      .map(cidr => cidr.split('/')[0]),
  ].map(host => ({ host, port: HTTPS }));
}

/** The first address of the internet that the tenant is not allowed. */
export function outsideOf({ tenant, cluster }: Side): Endpoint[] {
  const allowed = new BlockList();
  for (const cidr of tenant.plan.spec.egress.cidrs) {
    const [address, prefix] = cidr.split('/');
    allowed.addSubnet(address, Number(prefix), 'ipv4');
  }
  return cluster.config.proofs.outside.internet
    .filter(({ host }) => !allowed.check(host, 'ipv4'))
    .slice(0, 1);
}
