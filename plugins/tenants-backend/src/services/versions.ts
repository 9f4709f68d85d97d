import { readFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import { Cluster } from '@threewalls/backstage-plugin-tenants-node';
import { imageTag } from './readUsage';

/** What is said of a version that the portal has no right or way to read. */
export const NOT_READABLE = 'not readable';

/** Milliseconds for one part to answer. */
const TIMEOUT_MS = 3_000;

/**
 * Versions of what a tenant's walls are made of. One that can't be read is
 * {@link NOT_READABLE}, never a guess.
 */
export interface PlatformVersions {
  kubernetes: string;
  /** Absent where network policies are somebody else's than Cilium's */
  cilium?: string;
  vault: string;
  externalSecrets: string;
  /** Of the tenants plugin itself */
  portal: string;
}

export async function readVersions(
  cluster: Cluster,
): Promise<PlatformVersions> {
  const { kubernetes, config } = cluster;
  const { namespace, name } = config.accounts.externalSecrets;
  const get = (path: string) =>
    kubernetes.expect({ method: 'GET', path, timeoutMs: TIMEOUT_MS });
  const imageOf = async (path: string) => {
    const { spec } = await get(path);
    return imageTag(spec.template.spec.containers[0].image);
  };
  const [server, cilium, vault, operator] = await Promise.all([
    readable(async () => (await get('/version')).gitVersion),
    readable(() =>
      imageOf('/apis/apps/v1/namespaces/kube-system/daemonsets/cilium'),
    ),
    readable(async () => (await cluster.vault.health()).version),
    readable(() =>
      imageOf(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`),
    ),
  ]);
  return {
    kubernetes: server,
    ...(config.network.provider === 'cilium' && { cilium }),
    vault,
    externalSecrets: operator,
    portal: ownVersion(),
  };
}

async function readable(
  read: () => Promise<string | undefined>,
): Promise<string> {
  try {
    return (await read()) || NOT_READABLE;
  } catch (error) {
    if (isError(error)) {
      return NOT_READABLE;
    }
    throw error;
  }
}

function ownVersion(): string {
  const path = resolvePackagePath(
    '@threewalls/backstage-plugin-tenants-backend',
    'package.json',
  );
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
