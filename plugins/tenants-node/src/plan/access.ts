import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { PlanContext } from './context';
import { tenantObject } from './objects';
import { KubernetesObject, KubernetesResource } from './types';

/**
 * Static ClusterRoles under deploy/ that a tenant's namespace is bound to. The
 * portal holds `bind` on exactly these.
 */
export const CLUSTER_ROLES = {
  portal: 'threewalls-portal-in-tenant',
  owner: 'threewalls-tenant-owner',
  externalSecrets: 'threewalls-external-secrets-login',
} as const;

/** Id of the resource by which the portal may do anything in a tenant's namespace. */
export const PORTAL_BINDING = 'RoleBinding threewalls-portal';

type AccessContext = Pick<PlanContext, 'names'> & {
  cluster: Pick<PlanContext['cluster'], 'accounts'>;
  spec: Pick<TenantSpec, 'name' | 'owner'>;
};

/** Who may do what in the namespace: the portal, the owner, External Secrets. */
export function planAccess(context: AccessContext): KubernetesResource[] {
  const { accounts } = context.cluster;
  const bind = (name: string, role: string, subject: Record<string, string>) =>
    tenantObject(context, 'secret', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      name,
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: role,
      },
      subjects: [subject],
    });
  return [
    bind('threewalls-portal', CLUSTER_ROLES.portal, {
      kind: 'ServiceAccount',
      ...accounts.portal,
    }),
    bind('threewalls-owner', CLUSTER_ROLES.owner, {
      apiGroup: 'rbac.authorization.k8s.io',
      ...context.names.ownerSubject,
    }),
    bind('threewalls-external-secrets', CLUSTER_ROLES.externalSecrets, {
      kind: 'ServiceAccount',
      ...accounts.externalSecrets,
    }),
  ];
}

/**
 * The RoleBinding without which the portal may do nothing in a tenant's namespace.
 *
 * @public
 */
export function portalBinding(context: AccessContext): KubernetesObject {
  return planAccess(context)[0].object;
}
