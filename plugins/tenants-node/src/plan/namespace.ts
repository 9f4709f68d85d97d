import { SPEC_ANNOTATION } from '@threewalls/backstage-plugin-tenants-common';
import { ExtraObject } from '../config/extraObjects';
import { PlanContext } from './context';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';

/**
 * The namespace: PodSecurity `restricted`, and the spec that it was made from.
 *
 * @param extra - What the platform writes on it besides
 */
export function planNamespace(
  context: PlanContext,
  extra: Partial<ExtraObject['metadata']> = {},
): KubernetesResource {
  const level: Record<string, string> = {};
  for (const mode of ['enforce', 'audit', 'warn']) {
    level[`pod-security.kubernetes.io/${mode}`] = 'restricted';
    level[`pod-security.kubernetes.io/${mode}-version`] = 'latest';
  }
  return tenantObject(context, 'resource', {
    apiVersion: 'v1',
    kind: 'Namespace',
    name: context.names.namespace,
    labels: { ...extra.labels, ...level },
    annotations: {
      ...extra.annotations,
      [SPEC_ANNOTATION]: JSON.stringify(context.spec),
    },
  });
}
