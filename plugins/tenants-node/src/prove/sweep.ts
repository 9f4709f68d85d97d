import { Cluster } from '../clients';
import { KubernetesObject } from '../plan/types';
import { Platform } from '../config/platform';
import { PLATFORM_NAMES, TENANT_SELECTOR } from '../plan/names';
import { PROOF_LABEL } from './pod/labels';

const SWEPT = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
];

/**
 * Deletes what proofs have left behind when the portal was killed: pods and
 * ExternalSecrets with the label `threewalls.io/proof`. It goes through the
 * tenants' namespaces one by one, where the portal's rights are.
 *
 * @returns what was deleted, as `KIND NAMESPACE/NAME`
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
    for (const ref of SWEPT) {
      const left = await listLeft(kubernetes, { ...ref, namespace }, options);
      for (const { metadata } of left) {
        if (Date.parse(String(metadata.creationTimestamp)) <= before) {
          await kubernetes.delete(
            { ...ref, namespace, name: metadata.name },
            { gracePeriodSeconds: ref.kind === 'Pod' ? 0 : undefined },
          );
          swept.push(`${ref.kind} ${namespace}/${metadata.name}`);
        }
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
