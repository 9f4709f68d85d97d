import { BlockList } from 'node:net';
import { parseEgressHost } from '@threewalls/backstage-plugin-tenants-common';
import { Endpoint } from '../../config/platform';
import { Side } from '../types';

/** Port by which a destination is tried that is allowed on every port: a guess. */
const HTTPS = 443;

/** What a tenant is allowed: what names one host, and what names many. */
export function allowedDestinations({ tenant }: Side): {
  one: Endpoint[];
  many: string[];
} {
  const { hosts, cidrs } = tenant.plan.spec.egress;
  const isOne = (name: string) => !/^\*|\/(?!32$)/.test(name);
  return {
    one: [
      ...hosts.filter(isOne).map(parseEgressHost),
      ...cidrs.filter(isOne).map(cidr => ({ host: cidr.split('/')[0] })),
    ].map(to => ({ port: HTTPS, ...to })),
    many: [...hosts, ...cidrs].filter(name => !isOne(name)),
  };
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
