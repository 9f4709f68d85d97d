import { isIPv4 } from 'node:net';
import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  DEFAULT_NAMESPACE_PREFIX,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { durationToMilliseconds } from '@backstage/types';
import { ClusterConfig, Platform, TenantSize } from './platform';
import { DEFAULT_OUTSIDE } from './walls/destinations';
import { Endpoint, Outside } from './walls/types';
import { DEFAULT_SIZES } from './sizes';

const DEFAULT_N8N_IMAGE = 'docker.io/n8nio/n8n:2.35.7';

/**
 * Reads the `tenants` section of config, with every default filled in.
 *
 * @throws InputError when a value can't be what it has to be
 * @public
 */
export function readPlatform(root: Config): Platform {
  const config = root.getOptionalConfig('tenants');
  const image = config?.getOptionalString('n8n.image') ?? DEFAULT_N8N_IMAGE;
  const namespacePrefix =
    config?.getOptionalString('naming.namespacePrefix') ??
    DEFAULT_NAMESPACE_PREFIX;
  return {
    clusters: (config?.getOptionalConfigArray('clusters') ?? []).map(
      readCluster,
    ),
    naming: {
      namespacePrefix,
      kvPrefix: config?.getOptionalString('naming.kvPrefix') ?? namespacePrefix,
    },
    sizes: readSizes(config?.getOptionalConfig('sizes')),
    overcommit: config?.getOptionalBoolean('overcommit') ?? false,
    n8n: {
      image,
      imagePullPolicy:
        config?.getOptionalString('n8n.imagePullPolicy') ?? 'IfNotPresent',
      storageClass: config?.getOptionalString('n8n.storageClass'),
    },
    network: {
      provider: oneOf(config, 'network.provider', ['kubernetes', 'cilium']),
      denial: oneOf(config, 'network.denial', ['drop', 'reject']),
      ingressNamespace: config?.getOptionalString('network.ingressNamespace'),
    },
    owners: {
      kubernetesGroup:
        config?.getOptionalString('owners.kubernetesGroup') ?? '{{ name }}',
    },
    accounts: {
      portal: readAccount(config, 'accounts.portal', {
        namespace: 'threewalls-system',
        name: 'threewalls-portal',
      }),
      externalSecrets: readAccount(config, 'accounts.externalSecrets', {
        namespace: 'external-secrets',
        name: 'external-secrets',
      }),
    },
    proofs: {
      intervalMs: duration(config, 'proofs.interval', 5 * 60_000),
      concurrency: config?.getOptionalNumber('proofs.concurrency') ?? 4,
      image: config?.getOptionalString('proofs.image') ?? image,
      connectTimeoutMs: duration(config, 'proofs.connectTimeout', 3_000),
      settleMs: duration(config, 'proofs.settle', 10_000),
      deadlineMs: duration(config, 'proofs.deadline', 60_000),
      outside: readOutside(config?.getOptionalConfig('proofs.targets')),
      retention: {
        days: config?.getOptionalNumber('proofs.retention.days') ?? 30,
        count: config?.getOptionalNumber('proofs.retention.count') ?? 2000,
      },
    },
  };
}

/** Targets outside the cluster; documentation's addresses where none are named. */
function readOutside(config?: Config): Outside {
  const endpoint = (key: string) => {
    const text = config?.getOptionalString(key);
    return text === undefined ? undefined : parseEndpoint(key, text);
  };
  return {
    internet:
      config
        ?.getOptionalStringArray('internet')
        ?.map(text => parseEndpoint('internet', text)) ??
      DEFAULT_OUTSIDE.internet,
    dns: endpoint('dns') ?? DEFAULT_OUTSIDE.dns,
    metadata: endpoint('metadata') ?? DEFAULT_OUTSIDE.metadata,
  };
}

function parseEndpoint(key: string, text: string): Endpoint {
  const [host, port, ...rest] = text.split(':');
  const number = Number(port);
  if (isIPv4(host) && number > 0 && number < 65536 && rest.length === 0) {
    return { host, port: number };
  }
  throw new InputError(
    `tenants.proofs.targets.${key}: ${text} is not an IPv4 address and port, such as 203.0.113.10:443`,
  );
}

function readCluster(config: Config): ClusterConfig {
  const name = config.getString('name');
  const kubernetes = config.getOptionalConfig('kubernetes');
  const vault = config.getConfig('vault');
  const approle = vault.getOptionalConfig('login.approle');
  const login = vault.getOptionalConfig('login.kubernetes');
  const tokenFile = vault.getOptionalString('login.tokenFile');
  if (!approle && !login && !tokenFile) {
    throw new InputError(
      `tenants.clusters: ${name} does not say how the portal logs in to Vault: set vault.login.approle, .kubernetes or .tokenFile`,
    );
  }
  const address = vault.getString('address');
  return {
    name,
    title: config.getOptionalString('title') ?? name,
    kubernetes: {
      kubeconfig: kubernetes?.getOptionalString('kubeconfig'),
      context: kubernetes?.getOptionalString('context'),
      inCluster: kubernetes?.getOptionalBoolean('inCluster'),
      url: kubernetes?.getOptionalString('url'),
      caData: kubernetes?.getOptionalString('caData'),
      token: kubernetes?.getOptionalString('token'),
    },
    vault: {
      address,
      inClusterAddress: vault.getOptionalString('inClusterAddress') ?? address,
      caData: vault.getOptionalString('caData'),
      namespace: vault.getOptionalString('namespace'),
      kvMount: vault.getOptionalString('kvMount') ?? 'secret',
      authMount: vault.getOptionalString('authMount') ?? 'kubernetes',
      login: {
        approle: approle && {
          mount: approle.getOptionalString('mount') ?? 'approle',
          roleIdFile: approle.getString('roleIdFile'),
          secretIdFile: approle.getString('secretIdFile'),
        },
        kubernetes: login && {
          mount: login.getOptionalString('mount') ?? 'kubernetes',
          role: login.getString('role'),
          tokenFile:
            login.getOptionalString('tokenFile') ??
            '/var/run/secrets/tokens/vault',
        },
        tokenFile,
      },
    },
    network: {
      reservedCidrs:
        config.getOptionalStringArray('network.reservedCidrs') ?? [],
    },
  };
}

function readSizes(config?: Config): Record<string, TenantSize> {
  const sizes: Record<string, TenantSize> = { ...DEFAULT_SIZES };
  for (const name of config?.keys() ?? []) {
    const base = sizes[name] ?? DEFAULT_SIZES.small;
    sizes[name] = merge(base, config!.get(name)) as TenantSize;
    checkSize(name, sizes[name]);
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

function readAccount(
  config: Config | undefined,
  key: string,
  fallback: { namespace: string; name: string },
) {
  return {
    namespace:
      config?.getOptionalString(`${key}.namespace`) ?? fallback.namespace,
    name: config?.getOptionalString(`${key}.name`) ?? fallback.name,
  };
}

function oneOf<T extends string>(
  config: Config | undefined,
  key: string,
  values: [T, ...T[]],
): T {
  const value = config?.getOptionalString(key) ?? values[0];
  if (!values.includes(value as T)) {
    throw new InputError(
      `tenants.${key} is ${value}, and has to be one of ${values.join(', ')}`,
    );
  }
  return value as T;
}

function duration(
  config: Config | undefined,
  key: string,
  fallbackMs: number,
): number {
  return config?.has(key)
    ? durationToMilliseconds(readDurationFromConfig(config, { key }))
    : fallbackMs;
}
