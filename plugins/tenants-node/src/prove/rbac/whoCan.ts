import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { madeOnce, remembered } from '../../clients/remembered';
import { TrustedSubject } from '../../config/platform';
import { CLUSTER_ROLES } from '../../plan/access';
import { plannedObjects } from '../../plan/planned';
import { TenantPlan } from '../../plan/types';
import { Grant, homeOf, PolicyRule, Rbac, ruleAllows, Subject } from './rbac';
import {
  dangerousRights,
  nameOf,
  Right,
  RIGHTS_TO_BECOME,
  rightsOf,
} from './rights';

/** Who is trusted on any cluster: its own control plane and administrators. */
const ALWAYS_TRUSTED: TrustedSubject[] = [
  { kind: 'Group', name: 'system:masters' },
  // The name under which kubeadm makes administrators since 1.29.
  { kind: 'Group', name: 'kubeadm:cluster-admins' },
  { kind: 'User', name: 'system:kube-controller-manager' },
  { kind: 'User', name: 'system:kube-scheduler' },
  // Makes copies of volumes: where Kubernetes' own manifests and clouds put it.
  {
    kind: 'ServiceAccount',
    namespace: 'kube-system',
    name: 'snapshot-controller',
  },
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
 * a wall, and is not trusted. Of the secret wall also who could become somebody who
 * is trusted, since the trusted read what every tenant reads; and who has the owner's
 * role without being the owner, since that reads n8n's logs.
 *
 * @param letIn - Namespaces that the plan lets whatever runs there into the tenant, or
 * the tenant to: who can run something there is let in, too
 */
export function whoCan(
  rbac: Rbac,
  plan: TenantPlan,
  wall: Wall,
  trusted: readonly TrustedSubject[],
  letIn: readonly string[] = [],
): Finding[] {
  const { namespace } = plan.names;
  const homes =
    wall === 'secret'
      ? ['kube-system', ...trusted.flatMap(one => homeOf(one) ?? [])]
      : [];
  return [
    ...collect(rbac.grants(namespace), dangerousRights(plan, wall), trusted),
    ...(wall === 'secret' ? asOwner(rbac, plan, trusted) : []),
    ...[...new Set([...homes, ...letIn])]
      .filter(home => home !== namespace)
      .flatMap(home => become(rbac, home, homes.includes(home), trusted)),
  ];
}

/** Everything that others than the owner, as last applied, may by the owner's role. */
function asOwner(
  rbac: Rbac,
  plan: TenantPlan,
  trusted: readonly TrustedSubject[],
): Finding[] {
  const owners = plannedObjects(plan, 'RoleBinding')
    .filter(({ roleRef }: any) => roleRef.name === CLUSTER_ROLES.owner)
    .flatMap(({ subjects }: any) => subjects as Subject[]);
  // Of one that is only proved nothing is applied.
  const { namespace, ownerSubject } = plan.names;
  const own = owners.length > 0 ? owners : [ownerSubject];
  const others = rbac
    .grants(namespace)
    .filter(({ role }) => role === `ClusterRole ${CLUSTER_ROLES.owner}`)
    .filter(
      ({ subject: { kind, name } }) =>
        !own.some(one => one.kind === kind && one.name === name),
    );
  const rights = others.flatMap(({ rule }) => rightsOf(rule));
  return collect(others, rights, trusted);
}

/** What controllers keep beside themselves. */
const KEPT = ['configmaps', 'secrets'];

/** By the namespace, what it is, and by whom is trusted: alike for all tenants of a cluster. */
const becoming = madeOnce((_: Rbac) => new Map<string, Finding[]>());

/**
 * Every subject that may act as one of the ServiceAccounts in a namespace, or change
 * how that is set up. What is granted in all namespaces is found in the tenant's own.
 *
 * @param isHome - Whether some of its accounts are trusted, and others are not: the
 * control plane's, and those that are named
 */
function become(
  rbac: Rbac,
  home: string,
  isHome: boolean,
  trusted: readonly TrustedSubject[],
): Finding[] {
  const key = JSON.stringify([home, isHome, trusted]);
  return remembered(becoming(rbac), key, evaluate);

  /**
   * Accounts of the namespace itself may have its Secrets and settings: controllers keep
   * their certificates there, and who could become such an account is asked here as well.
   */
  function evaluate(): Finding[] {
    const grants = rbac.grantsIn(home);
    const isOwn = ({ subject }: Grant) => homeOf(subject) === home;
    const others = grants.filter(grant => !isOwn(grant));
    const own = isHome ? grants.filter(isOwn) : [];
    return [
      ...collect(others, RIGHTS_TO_BECOME, trusted),
      ...collect(
        own,
        RIGHTS_TO_BECOME.filter(({ resource }) => !KEPT.includes(resource)),
        trusted,
      ),
    ];
  }
}

/**
 * Rights over others' Secrets that ServiceAccounts of a tenant's own namespace
 * hold outside of it, as themselves or as everybody does. What everybody holds in
 * all namespaces is found by {@link whoCan}.
 */
export function reachesOutside(
  rbac: Rbac,
  plan: TenantPlan,
  trusted: readonly TrustedSubject[],
): Finding[] {
  const { namespace } = plan.names;
  const grants = [
    ...rbac.grantsTo(namespace),
    ...rbac.grantsToEverybody(),
  ].filter(grant => grant.namespace !== namespace);
  return collect(grants, dangerousRights(plan, 'secret', true), trusted);
}

/** Dangerous rights by subject and binding; of those that are not trusted. */
function collect(
  grants: readonly Grant[],
  rights: readonly Right[],
  trusted: readonly TrustedSubject[],
): Finding[] {
  const found = new Map<string, Finding>();
  const kinds = rights.map(nameOf);
  const all = interned(kinds.join());
  for (const { subject, rule, binding, builtIn, namespace } of grants) {
    const given = givenBy(rule, rights, all);
    if (
      given.length === 0 ||
      builtIn ||
      isTrusted(subject, ALWAYS_TRUSTED) ||
      isTrusted(subject, trusted)
    ) {
      continue;
    }
    const actions = given
      // What is the cluster's own no RoleBinding gives away.
      .filter(i => !rights[i].clusterWide || namespace === undefined)
      .filter(i =>
        (rights[i].names ?? [undefined]).some(name =>
          ruleAllows(rule, { ...rights[i], name }),
        ),
      )
      .map(i => kinds[i]);
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

/** By rule, an object of the cluster's that never changes, and by the rights that are asked for. */
const evaluated = madeOnce(
  (_: PolicyRule) => new Map<string, readonly number[]>(),
);
const NONE: readonly number[] = [];
/** One string for each text: as a key it is compared by every grant of a cluster. */
const texts = new Map<string, string>();

function interned(text: string): string {
  return remembered(texts, text, () => text);
}

/**
 * Places of the rights that a rule may give, on whatever objects: for tenants that are
 * asked for the same rights it is found once.
 */
function givenBy(
  rule: PolicyRule,
  rights: readonly Right[],
  all: string,
): readonly number[] {
  return remembered(evaluated(rule), all, () => {
    const ofAny = { ...rule, resourceNames: [] };
    const found = rights.flatMap((right, i) =>
      ruleAllows(ofAny, right) ? [i] : [],
    );
    return found.length > 0 ? found : NONE;
  });
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
