import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { TrustedSubject } from '../../config/platform';
import { TenantPlan } from '../../plan/types';
import { Grant, Rbac, ruleAllows, Subject } from './rbac';
import { dangerousRights, nameOf, Right } from './rights';

/** Who is trusted on any cluster: its own control plane and administrators. */
const ALWAYS_TRUSTED: TrustedSubject[] = [
  { kind: 'Group', name: 'system:masters' },
  // The name under which kubeadm makes administrators since 1.29.
  { kind: 'Group', name: 'kubeadm:cluster-admins' },
  { kind: 'User', name: 'system:kube-controller-manager' },
  { kind: 'User', name: 'system:kube-scheduler' },
];

/** A subject that may do what it should not, by one binding. */
export interface Finding {
  /** Such as `Group acme-team` */
  subject: string;
  /** Such as `get secrets` */
  actions: string[];
  /** Such as `RoleBinding web-tenant-acme/admins to ClusterRole admin` */
  binding: string;
}

/**
 * Every subject that holds a right in a tenant's namespace by which it could open
 * a wall, and is not trusted.
 */
export function whoCan(
  rbac: Rbac,
  plan: TenantPlan,
  wall: Wall,
  trusted: readonly TrustedSubject[],
): Finding[] {
  const { namespace } = plan.names;
  return collect(rbac.grants(namespace), dangerousRights(plan, wall), trusted);
}

/**
 * Rights over others' Secrets that ServiceAccounts of a tenant's own namespace
 * hold outside of it. What every ServiceAccount may do is found by {@link whoCan}.
 */
export function reachesOutside(
  rbac: Rbac,
  plan: TenantPlan,
  trusted: readonly TrustedSubject[],
): Finding[] {
  const { namespace } = plan.names;
  const prefix = `system:serviceaccount:${namespace}:`;
  const isOwn = ({ kind, name, namespace: home }: Subject) =>
    (kind === 'ServiceAccount' && home === namespace) ||
    (kind === 'User' && name.startsWith(prefix)) ||
    (kind === 'Group' && name === `system:serviceaccounts:${namespace}`);
  const grants = rbac
    .allGrants()
    .filter(grant => isOwn(grant.subject) && grant.namespace !== namespace);
  return collect(grants, dangerousRights(plan, 'secret').map(anyName), trusted);
}

/** Elsewhere objects have other names. */
function anyName({ names, ...right }: Right): Right {
  return right;
}

/** Dangerous rights by subject and binding; of those that are not trusted. */
function collect(
  grants: Grant[],
  rights: Right[],
  trusted: readonly TrustedSubject[],
): Finding[] {
  const found = new Map<string, Finding>();
  for (const { subject, rule, binding, builtIn, namespace } of grants) {
    if (builtIn || isTrusted(subject, [...ALWAYS_TRUSTED, ...trusted])) {
      continue;
    }
    const actions = rights
      // What is the cluster's own no RoleBinding gives away.
      .filter(right => !right.clusterWide || namespace === undefined)
      .filter(({ names = [undefined], ...right }) =>
        names.some(name => ruleAllows(rule, { ...right, name })),
      )
      .map(nameOf);
    if (actions.length > 0) {
      const key = `${describe(subject)} ${binding}`;
      const known = found.get(key)?.actions ?? [];
      found.set(key, {
        subject: describe(subject),
        actions: [...new Set([...known, ...actions])],
        binding,
      });
    }
  }
  return [...found.values()];
}

function isTrusted(
  { kind, name, namespace }: Subject,
  trusted: readonly TrustedSubject[],
): boolean {
  return trusted.some(
    one =>
      one.kind === kind &&
      (one.name === name || (kind === 'ServiceAccount' && one.name === '*')) &&
      (kind !== 'ServiceAccount' || one.namespace === namespace),
  );
}

function describe({ kind, name, namespace }: Subject): string {
  return `${kind} ${
    namespace && kind === 'ServiceAccount' ? `${namespace}/` : ''
  }${name}`;
}
