import {
  parseQuantity,
  PlatformInfo,
} from '@threewalls/backstage-plugin-tenants-common';
import { Platform } from '@threewalls/backstage-plugin-tenants-node';

/** What a form may know of config: nothing of addresses and credentials. */
export function platformInfo(platform: Platform): PlatformInfo {
  const sizes = Object.entries(platform.sizes).map(([name, size]) => ({
    name,
    title: size.title,
    cpu: { requests: size.quota.requestsCpu, limits: size.quota.limitsCpu },
    memory: {
      requests: size.quota.requestsMemory,
      limits: size.quota.limitsMemory,
    },
    pods: size.quota.pods,
    storage: size.objects.storage,
  }));
  const number = (quantity: string) => parseQuantity(String(quantity)) ?? 0;
  sizes.sort(
    (a, b) =>
      number(a.memory.limits) - number(b.memory.limits) ||
      number(a.cpu.limits) - number(b.cpu.limits) ||
      (a.name < b.name ? -1 : 1),
  );
  return {
    clusters: platform.clusters.map(({ name, title }) => ({ name, title })),
    sizes,
    networkProvider: platform.clusters.some(
      ({ network }) => network.provider === 'cilium',
    )
      ? 'cilium'
      : 'kubernetes',
    namespacePrefix: platform.naming.namespacePrefix,
  };
}
