import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  canonicalQuantity,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantSize } from './platform';
import { DEFAULT_SIZES } from './sizes';

/**
 * Reads `tenants.sizes` over the defaults.
 *
 * @throws InputError for a size that contradicts itself
 */
export function readSizes(config?: Config): Record<string, TenantSize> {
  const sizes: Record<string, TenantSize> = { ...DEFAULT_SIZES };
  for (const name of config?.keys() ?? []) {
    const base = sizes[name] ?? DEFAULT_SIZES.small;
    const size = merge(base, config!.get(name)) as TenantSize;
    checkSize(name, size);
    sizes[name] = canonical(size);
  }
  return sizes;
}

function merge(base: any, over: any): any {
  if (typeof base !== 'object' || typeof over !== 'object') {
    return over;
  }
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = key in base ? merge(base[key], value) : value;
  }
  return merged;
}

/** With every quantity as the API server will write it: what it answers is read. */
function canonical({ title, ...rest }: TenantSize): TenantSize {
  const write = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, child]) => [
          key,
          // Counts, not quantities.
          ['pods', 'volumeClaims'].includes(key) ? child : write(child),
        ]),
      );
    }
    return canonicalQuantity(String(value));
  };
  return { title, ...(write(rest) as Omit<TenantSize, 'title'>) };
}

/** A size that contradicts itself would only show at a tenant's first pod. */
function checkSize(name: string, size: TenantSize): void {
  const number = (path: string, quantity: string) => {
    const value = parseQuantity(String(quantity));
    if (value === undefined) {
      throw new InputError(
        `tenants.sizes.${name}.${path}: ${quantity} is not a Kubernetes quantity, such as 500m or 1Gi`,
      );
    }
    return value;
  };
  const { quota, container, n8n } = size;
  const atMost = (low: [string, string], high: [string, string]) => {
    if (number(...low) > number(...high)) {
      throw new InputError(
        `tenants.sizes.${name}: ${low[0]} (${low[1]}) is over ${high[0]} (${high[1]})`,
      );
    }
  };
  for (const resource of ['cpu', 'memory'] as const) {
    const [requests, limits] =
      resource === 'cpu'
        ? ([
            ['quota.requestsCpu', quota.requestsCpu],
            ['quota.limitsCpu', quota.limitsCpu],
          ] as [string, string][])
        : ([
            ['quota.requestsMemory', quota.requestsMemory],
            ['quota.limitsMemory', quota.limitsMemory],
          ] as [string, string][]);
    const limit: [string, string] = [
      `n8n.limits.${resource}`,
      n8n.limits[resource],
    ];
    const request: [string, string] = [
      `n8n.requests.${resource}`,
      n8n.requests[resource],
    ];
    const max: [string, string] = [
      `container.max.${resource}`,
      container.max[resource],
    ];
    atMost(requests, limits);
    atMost(request, limit);
    atMost(limit, max);
    atMost(limit, limits);
    atMost(request, requests);
    atMost([`container.default.${resource}`, container.default[resource]], max);
  }
}
