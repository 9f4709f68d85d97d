import { isIP } from 'node:net';
import { ClusterProfile } from './platform';

/** Where pods find Vault: a Service of the cluster, or an address outside it. */
export interface VaultEndpoint {
  host: string;
  port: number;
  /** Namespace of Vault's Service, where the address names one */
  namespace?: string;
  /** Outside the cluster and by name: only Cilium's policies can name it */
  isHostName: boolean;
}

/** Reads {@link VaultEndpoint} off the address that pods use. */
export function vaultEndpoint({
  vault,
}: Pick<ClusterProfile, 'vault'>): VaultEndpoint {
  const url = new URL(vault.inClusterAddress);
  // Brackets are a URL's, about an address of IPv6.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const service = /^[^.]+\.([^.]+)\.svc(\.|$)/.exec(url.hostname);
  return {
    host,
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    namespace: service?.[1],
    isHostName: !service && !isIP(host),
  };
}

/** Ranges by which policies may know Vault outside the cluster. */
export function vaultRanges(cluster: Pick<ClusterProfile, 'vault'>): string[] {
  const { host } = vaultEndpoint(cluster);
  const bits = { 4: 32, 6: 128 }[isIP(host)];
  return [
    ...(bits ? [`${host}/${bits}`] : []),
    ...cluster.vault.cidrs.filter(cidr => cidr !== `${host}/${bits}`),
  ];
}
