import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stateDir } from './run.ts';

/** What the command line says of a cluster of the user's own. */
export interface OwnCluster {
  kubeconfig: string;
  context?: string;
  vault?: string;
  'vault-for-pods'?: string;
  'vault-token'?: string;
  network?: string;
  'n8n-image'?: string;
}

/**
 * Writes a config file for a cluster of the user's own.
 *
 * @returns its path, relative to the checkout
 * @throws Error where a file is not there or Vault is not named
 */
export async function ownClusterConfig(options: OwnCluster): Promise<string> {
  const kubeconfig = resolve(options.kubeconfig);
  const token = options['vault-token'] && resolve(options['vault-token']);
  if (!existsSync(kubeconfig)) {
    throw new Error(`--kubeconfig ${options.kubeconfig}: no such file`);
  }
  if (!options.vault || !token || !existsSync(token)) {
    throw new Error(
      "Your own cluster also needs --vault URL and --vault-token FILE: the token's policy is in deploy/vault",
    );
  }
  const config = {
    tenants: {
      clusters: [
        {
          ...clusterOf(options.context ?? 'default'),
          kubernetes: { kubeconfig, context: options.context },
          vault: {
            address: options.vault,
            inClusterAddress: options['vault-for-pods'],
            login: { tokenFile: token },
          },
        },
      ],
      network: { provider: options.network ?? 'kubernetes' },
      ...(options['n8n-image'] && { n8n: { image: options['n8n-image'] } }),
    },
  };
  await mkdir(stateDir, { recursive: true });
  // JSON is YAML too.
  await writeFile(
    join(stateDir, 'own-cluster.yaml'),
    JSON.stringify(config, undefined, 2),
  );
  return '.state/own-cluster.yaml';
}

/** How config names the cluster of a context, such as `gke_project_zone_name`. */
export function clusterOf(context: string): { name: string; title: string } {
  const name = context.toLowerCase().replace(/[^a-z0-9.-]+/g, '-');
  return { name: name.replace(/^[-.]+|[-.]+$/g, ''), title: context };
}
