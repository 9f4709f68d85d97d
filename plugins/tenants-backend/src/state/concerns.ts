import {
  KubernetesObject,
  ObjectChange,
  SEEN_EVERYWHERE,
} from '@threewalls/backstage-plugin-tenants-node';

/** Label of what proofs make and remove. */
const PROOF_LABEL = 'threewalls.io/proof';
/** Prefix of a ServiceAccount's name as a user, and of the group of a namespace's. */
const ACCOUNT = /^system:serviceaccounts?:([^:]+)/;

/** Whom a change is about. */
export interface Concern {
  /** Namespaces whose tenants it concerns */
  namespaces: string[];
  /** Whether it may concern every tenant of the cluster */
  all: boolean;
  /** Whether somebody meant it: then the tenant of the namespace is attacked anew */
  isMeant: boolean;
}

/** Whose walls a change in a cluster may turn. */
export function concernOf(change: ObjectChange): Concern {
  const { object, before } = change;
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  const isNews =
    change.type === 'DELETED' ||
    before === undefined ||
    intent(before) !== intent(object);
  if (kind === 'Namespace') {
    // Policies anywhere may select it.
    return { namespaces: [name], all: isNews, isMeant: isNews };
  }
  if (namespace === undefined) {
    return { namespaces: [], all: isNews, isMeant: false };
  }
  const others = kind === 'RoleBinding' ? [object, before] : [];
  return {
    namespaces: [namespace, ...others.flatMap(accountsOf)],
    all: isNews && SEEN_EVERYWHERE.includes(kind),
    isMeant: isNews && kind !== 'Pod' && !isOfProof(object),
  };
}

/** What somebody wants of an object, without what is reported of it. */
function intent({ metadata, status, ...rest }: KubernetesObject): string {
  return JSON.stringify([metadata.labels, rest]);
}

function isOfProof({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[PROOF_LABEL] !== undefined;
}

/** Namespaces whose ServiceAccounts a binding names. */
function accountsOf(binding?: KubernetesObject): string[] {
  const subjects = (binding?.subjects ?? []) as {
    name?: string;
    namespace?: string;
  }[];
  return subjects.flatMap(
    ({ name = '', namespace }) => namespace ?? ACCOUNT.exec(name)?.[1] ?? [],
  );
}
