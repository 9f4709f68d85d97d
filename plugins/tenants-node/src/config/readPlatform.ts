import { isIPv4 } from 'node:net';
import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { DEFAULT_NAMESPACE_PREFIX } from '@threewalls/backstage-plugin-tenants-common';
import { durationToMilliseconds } from '@backstage/types';
import { Endpoint, Outside, Platform } from './platform';
import { vaultEndpoint } from './vaultService';
import { readCluster } from './readCluster';
import { readN8n } from './readN8n';
import { readSizes } from './readSizes';
import { readSubjects } from './readSubjects';

const HTTPS = 443;
const DAY_MS = 24 * 60 * 60_000;
/** Intervals after which a proof is too old, where config says no other age. */
const MAX_AGE = 3;

/**
 * Addresses that are reserved for documentation (RFC 5737) and for a cloud's
 * metadata. Where nothing answers there, the checks that dial them don't count;
 * `tenants.proofs.targets` names others that do.
 */
export const DEFAULT_OUTSIDE: Outside = {
  internet: [
    { host: '203.0.113.53', port: HTTPS },
    { host: '203.0.113.10', port: HTTPS },
  ],
  dns: { host: '203.0.113.53', port: 53 },
  names: ['example.com', 'example.org'],
  metadata: { host: '169.254.169.254', port: 80 },
};

/**
 * Reads the `tenants` section of config, with every default filled in.
 *
 * @throws InputError when a value can't be what it has to be
 * @public
 */
export function readPlatform(root: Config): Platform {
  const config = root.getOptionalConfig('tenants');
  const ingressNamespace = config?.getOptionalString(
    'network.ingressNamespace',
  );
  const n8n = readN8n(config?.getOptionalConfig('n8n'), ingressNamespace);
  const namespacePrefix =
    config?.getOptionalString('naming.namespacePrefix') ??
    DEFAULT_NAMESPACE_PREFIX;
  const kvPrefix =
    config?.getOptionalString('naming.kvPrefix') ?? namespacePrefix;
  const trusted = readSubjects(config, 'tenants');
  const clusters = (config?.getOptionalConfigArray('clusters') ?? [])
    .map(readCluster)
    .map(cluster => ({
      ...cluster,
      trustedSubjects: [...trusted, ...cluster.trustedSubjects],
    }));
  checkKvPrefix(clusters, { namespacePrefix, kvPrefix });
  const intervalMs = duration(config, 'proofs.interval', 5 * 60_000);
  const provider = oneOf(config, 'network.provider', ['kubernetes', 'cilium']);
  checkVaultIsNamed(clusters, provider);
  return {
    clusters,
    naming: { namespacePrefix, kvPrefix },
    sizes: readSizes(config?.getOptionalConfig('sizes')),
    overcommit: config?.getOptionalBoolean('overcommit') ?? false,
    n8n,
    network: {
      provider,
      denial: oneOf(config, 'network.denial', ['drop', 'reject']),
      ingressNamespace,
    },
    injectedContainers:
      config?.getOptionalStringArray('injectedContainers') ?? [],
    owners: {
      kubernetesGroup:
        config?.getOptionalString('owners.kubernetesGroup') ?? '{{ name }}',
      kubernetesUser:
        config?.getOptionalString('owners.kubernetesUser') ?? '{{ name }}',
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
      intervalMs,
      maxAgeMs: duration(config, 'proofs.maxAge', MAX_AGE * intervalMs),
      vaultIntervalMs: duration(config, 'proofs.vaultInterval', 15_000),
      drillIntervalMs: duration(config, 'proofs.drillInterval', DAY_MS),
      concurrency: config?.getOptionalNumber('proofs.concurrency') ?? 4,
      image: config?.getOptionalString('proofs.image') ?? n8n.image,
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

/** A templated policy knows a tenant by its namespace, and by nothing else. */
function checkKvPrefix(
  clusters: Platform['clusters'],
  { namespacePrefix, kvPrefix }: Platform['naming'],
): void {
  const templated = clusters.find(c => c.vault.policies.kind === 'templated');
  if (templated && !kvPrefix.endsWith(namespacePrefix)) {
    throw new InputError(
      `tenants.naming.kvPrefix is ${kvPrefix}: with the templated Vault policy of cluster ${templated.name} an entry is known by its namespace, so it has to end in ${namespacePrefix}`,
    );
  }
}

/** Tenants whose policies can't let them through to Vault would stay unproven. */
function checkVaultIsNamed(
  clusters: Platform['clusters'],
  provider: Platform['network']['provider'],
): void {
  const named = clusters.find(cluster => vaultEndpoint(cluster).isHostName);
  if (named && provider === 'kubernetes') {
    throw new InputError(
      `tenants.clusters: ${named.name}: vault.inClusterAddress is ${named.vault.inClusterAddress}, and a NetworkPolicy can't name a host outside the cluster: give its IPv4 address, a Service's name, or set tenants.network.provider to cilium`,
    );
  }
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
    names: config?.getOptionalStringArray('names') ?? DEFAULT_OUTSIDE.names,
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
