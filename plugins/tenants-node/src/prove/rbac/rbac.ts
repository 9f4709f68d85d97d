import type { RbacV1Subject, V1PolicyRule } from '@kubernetes/client-node';

/**
 * What a rule allows, as Kubernetes keeps it; rules for URLs have no resources.
 *
 * @public
 */
export type PolicyRule = V1PolicyRule;

/**
 * Whom a binding binds.
 *
 * @public
 */
export type Subject = RbacV1Subject;

/**
 * A Role or a ClusterRole.
 *
 * @public
 */
export interface RbacRole {
  metadata: { name: string; namespace?: string };
  rules?: PolicyRule[] | null;
}

/**
 * A RoleBinding or a ClusterRoleBinding.
 *
 * @public
 */
export interface RbacBinding {
  kind?: string;
  metadata: { name: string; namespace?: string };
  roleRef: { kind: string; name: string };
  subjects?: Subject[];
}

/**
 * Roles and bindings of a whole cluster.
 *
 * @public
 */
export interface RbacObjects {
  clusterRoles: RbacRole[];
  roles: RbacRole[];
  clusterRoleBindings: RbacBinding[];
  roleBindings: RbacBinding[];
}

/**
 * Something that one may do.
 *
 * @public
 */
export interface Action {
  verb: string;
  /** API group; empty for the core one */
  group: string;
  /** Plural */
  resource: string;
  subresource?: string;
  /** Name of the object; any where absent */
  name?: string;
}

/**
 * A subject that a rule applies to, and by which binding.
 *
 * @public
 */
export interface Grant {
  subject: Subject;
  rule: PolicyRule;
  /** Such as `RoleBinding web-tenant-acme/admins to ClusterRole admin` */
  binding: string;
  /** Kind and name of the role, such as `ClusterRole admin` */
  role: string;
  /** Whether it is one of the control plane's own, of a built-in controller */
  builtIn: boolean;
  /** Namespace that it is for; all where absent */
  namespace?: string;
}

/**
 * Who asks: a user's name with the groups that the API server would add.
 *
 * @public
 */
export interface Requester {
  user?: string;
  groups: string[];
}

/**
 * Kubernetes' role-based access control, evaluated from roles and bindings: what
 * its own authorizer would say, and, what that does not tell, of whom. Rules are
 * taken as they stand: an aggregated role holds what its controller has put there.
 *
 * What other authorizers allow (a webhook's, the nodes' own) is not in it.
 *
 * @public
 */
export class Rbac {
  readonly #clusterRoles: Map<string, RbacRole>;
  readonly #roles: Map<string, RbacRole>;
  readonly #everywhere: Grant[];
  readonly #byNamespace = new Map<string, Grant[]>();
  /** By the namespace of the ServiceAccounts that they are given to */
  readonly #byHome = new Map<string, Grant[]>();
  readonly #toEverybody: Grant[];

  constructor(objects: RbacObjects) {
    const keyOf = ({ metadata }: RbacRole) =>
      `${metadata.namespace ?? ''}/${metadata.name}`;
    this.#clusterRoles = new Map(
      objects.clusterRoles.map(role => [role.metadata.name, role]),
    );
    this.#roles = new Map(objects.roles.map(role => [keyOf(role), role]));
    this.#everywhere = objects.clusterRoleBindings.flatMap(binding =>
      this.#grantsOf(binding),
    );
    const granted = objects.roleBindings.flatMap(binding =>
      this.#grantsOf(binding),
    );
    granted.forEach(grant =>
      put(this.#byNamespace, grant.namespace ?? '', grant),
    );
    this.#toEverybody = granted.filter(({ subject }) => isEverybody(subject));
    for (const grant of [...this.#everywhere, ...granted]) {
      const home = homeOf(grant.subject);
      if (home !== undefined) {
        put(this.#byHome, home, grant);
      }
    }
  }

  /** Everything that is granted in a namespace; for the cluster's own objects, without one. */
  grants(namespace?: string): Grant[] {
    return [
      ...this.#everywhere,
      ...(namespace === undefined ? [] : this.grantsIn(namespace)),
    ];
  }

  /** What is granted in a namespace, and not in all. */
  grantsIn(namespace: string): readonly Grant[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** What is granted to every ServiceAccount in some namespace, and not in all. */
  grantsToEverybody(): readonly Grant[] {
    return this.#toEverybody;
  }

  /** Everything that is granted anywhere to a namespace's ServiceAccounts: to one, or to all. */
  grantsTo(namespace: string): readonly Grant[] {
    return this.#byHome.get(namespace) ?? [];
  }

  /** Whether somebody may do something in a namespace, as the API server would say. */
  allows(who: Requester, action: Action, namespace?: string): boolean {
    return this.grants(namespace).some(
      ({ subject, rule }) =>
        appliesTo(subject, who) && ruleAllows(rule, action),
    );
  }

  #grantsOf({ metadata, roleRef, subjects = [] }: RbacBinding): Grant[] {
    const { name, namespace } = metadata;
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#clusterRoles.get(roleRef.name)
        : this.#roles.get(`${namespace ?? ''}/${roleRef.name}`);
    const of = `${roleRef.kind} ${roleRef.name}`;
    const kind = namespace
      ? `RoleBinding ${namespace}/`
      : 'ClusterRoleBinding ';
    return (role?.rules ?? []).flatMap(rule =>
      subjects.map(each => {
        const subject =
          each.kind === 'ServiceAccount' && !each.namespace
            ? { ...each, namespace }
            : each;
        return {
          subject,
          rule,
          binding: `${kind}${name} to ${of}`,
          role: of,
          builtIn: isBuiltIn(subject, name, roleRef.name, namespace),
          namespace,
        };
      }),
    );
  }
}

/** Who asks without its token is among the last. */
const EVERYBODY = [
  'system:serviceaccounts',
  'system:authenticated',
  'system:unauthenticated',
];

function put(map: Map<string, Grant[]>, key: string, grant: Grant): void {
  const known = map.get(key) ?? [];
  known.push(grant);
  map.set(key, known);
}

/** Whether a ServiceAccount is always among those that a subject is. */
function isEverybody({ kind, name }: Subject): boolean {
  return kind === 'Group'
    ? EVERYBODY.includes(name)
    : kind === 'User' && name === 'system:anonymous';
}

/** Namespace of the ServiceAccounts that a subject is, however it is written. */
export function homeOf({ kind, name, namespace }: Subject): string | undefined {
  if (kind === 'ServiceAccount') {
    return namespace;
  }
  const form =
    kind === 'User'
      ? /^system:serviceaccount:([^:]+):/
      : /^system:serviceaccounts:(.+)$/;
  return form.exec(name)?.[1];
}

/**
 * A controller of the control plane's, by the binding that Kubernetes itself makes
 * for it: role, binding and ServiceAccount carry its name. It makes them for all
 * namespaces, or in kube-system. By any other binding it is a subject like others.
 */
function isBuiltIn(
  subject: Subject,
  binding: string,
  role: string,
  namespace?: string,
): boolean {
  return (
    (namespace === undefined || namespace === 'kube-system') &&
    subject.kind === 'ServiceAccount' &&
    subject.namespace === 'kube-system' &&
    role === `system:controller:${subject.name}` &&
    binding === role
  );
}

/** Whether a requester is a binding's subject. */
export function appliesTo(
  { kind, name, namespace }: Subject,
  { user, groups }: Requester,
): boolean {
  switch (kind) {
    case 'User':
      return user === name;
    case 'Group':
      return groups.includes(name);
    case 'ServiceAccount':
      return (
        Boolean(namespace) &&
        user === `system:serviceaccount:${namespace}:${name}`
      );
    default:
      return false;
  }
}

/**
 * Whether a rule allows an action. An action without a name is on any object: a
 * rule for some names allows it of those, but for what has no name when it is
 * authorised (creating an object, deleting a collection).
 */
export function ruleAllows(
  { verbs, apiGroups = [], resources = [], resourceNames = [] }: PolicyRule,
  { verb, group, resource, subresource, name }: Action,
): boolean {
  const full = subresource ? `${resource}/${subresource}` : resource;
  const isNameless =
    (verb === 'create' && !subresource) || verb === 'deletecollection';
  return (
    (verbs.includes('*') || verbs.includes(verb)) &&
    (apiGroups.includes('*') || apiGroups.includes(group)) &&
    resources.some(
      each =>
        each === '*' ||
        each === full ||
        (subresource !== undefined && each === `*/${subresource}`),
    ) &&
    (resourceNames.length === 0 ||
      (name === undefined ? !isNameless : resourceNames.includes(name)))
  );
}

/** A ServiceAccount as it asks: with the groups that the API server adds. */
export function serviceAccount(namespace: string, name: string): Requester {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
  };
}
