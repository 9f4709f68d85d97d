import { Cluster } from '../clients';
import { KubernetesObject } from '../plan/types';
import { Platform } from '../config/platform';
import { PLATFORM_NAMES, TENANT_SELECTOR } from '../plan/names';
import { PROOF_LABEL } from './pod/labels';

/**
 * Deletes what proofs have left behind when the portal was killed: pods with the label
 * `threewalls.io/proof`, and with them what they own. It goes through the
 * tenants' namespaces one by one, where the portal's rights are.
 *
 * @returns what was deleted, as `NAMESPACE/NAME`
 * @public
 */
export async function sweepProofPods(
  { kubernetes, config }: Cluster,
  platform: Pick<Platform, 'naming'>,
  olderThanMs: number,
  options: { signal?: AbortSignal } = {},
): Promise<string[]> {
  const before = Date.now() - olderThanMs;
  const { items } = await kubernetes.list(
    { apiVersion: 'v1', kind: 'Namespace' },
    { labelSelector: TENANT_SELECTOR, ...options },
  );
  const namespaces = [
    ...PLATFORM_NAMES.map(name => `${platform.naming.namespacePrefix}${name}`),
    ...items.map(item => item.metadata.name),
    ...config.proofOnly.map(({ namespace }) => namespace),
  ];
  const swept: string[] = [];
  for (const namespace of namespaces) {
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace };
    for (const { metadata } of await listLeft(kubernetes, pods, options)) {
      if (Date.parse(String(metadata.creationTimestamp)) <= before) {
        await kubernetes.delete(
          { ...pods, name: metadata.name },
          { gracePeriodSeconds: 0 },
        );
        swept.push(`${namespace}/${metadata.name}`);
      }
    }
  }
  return swept;
}

/** A namespace that is going away, or is not bound yet, has nothing to sweep. */
async function listLeft(
  kubernetes: Cluster['kubernetes'],
  ref: { apiVersion: string; kind: string; namespace: string },
  options: { signal?: AbortSignal },
): Promise<KubernetesObject[]> {
  try {
    const { items } = await kubernetes.list(ref, {
      labelSelector: PROOF_LABEL,
      ...options,
    });
    return items;
  } catch (error) {
    if ([403, 404].includes((error as { status?: number }).status ?? 0)) {
      return [];
    }
    throw error;
  }
}
