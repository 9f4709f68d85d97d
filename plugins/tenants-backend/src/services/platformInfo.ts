import {
  parseQuantity,
  PlatformInfo,
  SizeInfo,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  ClusterProfile,
  Platform,
} from '@threewalls/backstage-plugin-tenants-node';

/** What a form may know of config: nothing of addresses and credentials. */
export function platformInfo(platform: Platform): PlatformInfo {
  return {
    clusters: platform.clusters.map(({ name, title, network, sizes }) => ({
      name,
      title,
      sizes: sizesOf(sizes),
      networkProvider: network.provider,
    })),
    namespacePrefix: platform.naming.namespacePrefix,
  };
}

function sizesOf(sizes: ClusterProfile['sizes']): SizeInfo[] {
  const number = (quantity: string) => parseQuantity(String(quantity)) ?? 0;
  return Object.entries(sizes)
    .map(([name, size]) => ({
      name,
      title: size.title,
      cpu: { requests: size.quota.requestsCpu, limits: size.quota.limitsCpu },
      memory: {
        requests: size.quota.requestsMemory,
        limits: size.quota.limitsMemory,
      },
      pods: size.quota.pods,
      storage: size.objects.storage,
    }))
    .sort(
      (a, b) =>
        number(a.memory.limits) - number(b.memory.limits) ||
        number(a.cpu.limits) - number(b.cpu.limits) ||
        (a.name < b.name ? -1 : 1),
    );
}
