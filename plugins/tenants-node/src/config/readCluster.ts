import { isIPv6 } from 'node:net';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { egressCidrProblem } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterConfig } from './platform';
import { readSubjects } from './readSubjects';

/**
 * Reads an entry of `tenants.clusters`.
 *
 * @throws InputError where it can't be what it has to be
 */
export function readCluster(config: Config): ClusterConfig {
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
      reviewedAuthMounts:
        vault.getOptionalStringArray('reviewedAuthMounts') ?? [],
      policies: readPolicies(name, vault),
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
      reservedCidrs: readRanges(name, config, 'network.reservedCidrs'),
      reachableCidrs: readRanges(name, config, 'network.reachableCidrs'),
      clusterDomain:
        config.getOptionalString('network.clusterDomain') ?? 'cluster.local',
    },
    trustedSubjects: readSubjects(config, `tenants.clusters: ${name}`),
    exceptions: (config.getOptionalConfigArray('exceptions') ?? []).map(
      exception => ({
        kind: exception.getString('kind'),
        name: exception.getString('name'),
        digest: exception.getString('digest'),
      }),
    ),
  };
}

/** Ranges of either family. */
function readRanges(cluster: string, config: Config, key: string): string[] {
  const ranges = config.getOptionalStringArray(key) ?? [];
  for (const range of ranges) {
    const [address, prefix = ''] = range.split('/');
    const isV6 =
      isIPv6(address) && /^\d{1,3}$/.test(prefix) && Number(prefix) <= 128;
    if (!isV6 && egressCidrProblem(range)) {
      throw new InputError(
        `tenants.clusters: ${cluster}: ${key}: ${range} is not a range, such as 10.0.0.0/8`,
      );
    }
  }
  return ranges;
}

/** Fixed policy of tenants where config names no other; as under deploy/. */
const TEMPLATED_POLICY = 'threewalls-tenant';

function readPolicies(
  cluster: string,
  vault: Config,
): ClusterConfig['vault']['policies'] {
  const kind = vault.getOptionalString('policies') ?? 'perTenant';
  if (kind === 'perTenant') {
    return { kind };
  }
  const at = `tenants.clusters: ${cluster}: vault`;
  if (kind !== 'templated') {
    throw new InputError(
      `${at}.policies is ${kind}, and has to be one of perTenant, templated`,
    );
  }
  const accessor = vault.getOptionalString('authAccessor') ?? '';
  if (!/^[-\w]+$/.test(accessor)) {
    throw new InputError(
      `${at}.authAccessor: policies templated needs the accessor of the Kubernetes auth mount, such as auth_kubernetes_1a2b3c4d (vault auth list shows it)`,
    );
  }
  const name = vault.getOptionalString('templatedPolicy') ?? TEMPLATED_POLICY;
  if (!/^[a-z0-9][-a-z0-9_]*$/.test(name) || name.startsWith('tenant-')) {
    throw new InputError(
      `${at}.templatedPolicy: ${name} can't be its name: it has lower-case letters, digits, dashes and underscores, and does not begin with tenant-, which is what the portal may write`,
    );
  }
  return { kind, name, accessor };
}
