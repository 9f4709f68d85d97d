import { say, Wall } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '../../clients';
import { TrustedSubject } from '../../config/platform';
import { vaultEndpoint } from '../../config/vaultService';
import {
  Action,
  Rbac,
  RbacObjects,
  Requester,
  serviceAccount,
} from '../rbac/rbac';
import { nameOf } from '../rbac/rights';
import { Finding as Found, reachesOutside, whoCan } from '../rbac/whoCan';
import { Attempt, Finding, Round, Side } from '../types';
import { asExpected, finding, told } from './finding';
import { known, reading, stateAttempt } from './reading';
import { noAnswer } from './podAttempt';

const API = 'rbac.authorization.k8s.io/v1';
/** Most findings that are told; the rest is counted. */
const SHOWN = 4;
/** Most actions that are told of each. */
const ACTIONS = 3;

/**
 * Who at all could open a wall with the rights that they hold in the namespace; of the
 * secret wall also by becoming somebody who is trusted.
 */
export function nobodyElseCan(side: Side, wall: Wall): Attempt {
  const { plan } = side.tenant;
  const { namespace } = plan.names;
  return byRules(side, {
    key: 'who can',
    target: {
      network: `rights in ${namespace}, and in the namespaces that it is open to`,
      secret: `rights in ${namespace}, and where Vault and trusted ServiceAccounts are`,
      resource: `rights in ${namespace}`,
    }[wall],
    expected: 'nobody but the plan’s own subjects and those that config trusts',
    find: (rbac, trusted) =>
      whoCan(rbac, plan, wall, trusted, letIn(side, wall)),
  });
}

/**
 * Namespaces that walls are open to, whatever runs there: where n8n is reached from and
 * names resolve; where Vault is, which has everybody's secrets.
 */
function letIn({ cluster: { config }, tenant }: Side, wall: Wall): string[] {
  const { ingress, dns } = config.network;
  const { namespace } = vaultEndpoint(config);
  const isVaultUsed = namespace && !tenant.plan.proofOnly?.withoutVault;
  const open: Record<Wall, string[]> = {
    network: [...ingress.namespaces, ...dns.namespaces],
    secret: isVaultUsed ? [namespace] : [],
    resource: [],
  };
  return open[wall];
}

/** What the tenant's own ServiceAccounts may do outside of its namespace. */
export function reachesNoOthers(side: Side): Attempt {
  const { plan } = side.tenant;
  const { namespace } = plan.names;
  return byRules(side, {
    key: 'outside',
    target: `rights of ServiceAccounts of ${namespace} elsewhere`,
    expected: 'none over Secrets, pods or tokens',
    find: (rbac, trusted) => reachesOutside(rbac, plan, trusted),
  });
}

/**
 * What the API server allows and what it does not, as a control of the rules' evaluation:
 * they have to agree, or something else allows what the rules do not. That the portal is
 * allowed something, the pod of the round shows; of the owner the API server is asked.
 */
export function rulesAreAll({ tenant, cluster }: Side): Attempt {
  const { namespace, ownerSubject } = tenant.plan.names;
  const { portal } = cluster.config.accounts;
  const isUser = ownerSubject.kind === 'User';
  const owner: Requester = {
    ...(isUser && { user: ownerSubject.name }),
    groups: [...(isUser ? [] : [ownerSubject.name]), 'system:authenticated'],
  };
  const reads = { verb: 'get', group: '', resource: 'secrets' };
  const questions: [Requester, Action][] = [
    // One that is allowed, and one that is not.
    [
      serviceAccount(portal.namespace, portal.name),
      { verb: 'create', group: '', resource: 'pods' },
    ],
    [owner, reads],
  ];
  const said = questions.map(
    ([who, action]) =>
      `${who.user ?? who.groups[0]}: ${nameOf(action)} in ${namespace}`,
  );
  return {
    key: 'reviews',
    by: 'kubernetes',
    target: `rights in ${namespace}`,
    request: `the proof pod, made by ${said[0]}; SubjectAccessReview: ${said[1]}`,
    expected: 'what roles and bindings say',
    run: reading(async round => {
      const rbac = await readRbac(round.view);
      const pod = await round.made('tenant');
      if (!pod?.uid) {
        return noAnswer(pod?.problem);
      }
      const allowed = [true, await review(owner, reads, namespace, round)];
      const wrong = questions
        .flatMap(([who, action], i) =>
          allowed[i] === rbac.allows(who, action, namespace)
            ? []
            : `${said[i]} is ${allowed[i] ? 'allowed' : 'denied'}`,
        )
        .join('; ');
      return wrong
        ? finding(
            'failed',
            'DIFFERENT',
            wrong,
            say('rulesDisagree', { found: wrong }),
          )
        : asExpected('EQUAL', 'both as the rules say');
    }),
  };
}

function byRules(
  { cluster, tenant }: Side,
  {
    find,
    ...attempt
  }: Pick<Attempt, 'key' | 'target' | 'expected'> & {
    find(rbac: Rbac, trusted: TrustedSubject[]): Found[];
  },
): Attempt {
  const { portal, externalSecrets } = cluster.config.accounts;
  const trusted: TrustedSubject[] = [
    { kind: 'ServiceAccount', ...portal },
    { kind: 'ServiceAccount', ...externalSecrets },
    ...cluster.config.trustedSubjects,
    ...(tenant.plan.proofOnly?.trustedSubjects ?? []),
  ];
  return stateAttempt('kubernetes', {
    ...attempt,
    request: 'list Roles, ClusterRoles and their bindings, and evaluate them',
    run: async ({ view }) => tell(find(await readRbac(view), trusted)),
  });
}

function tell(found: Found[]): Finding {
  if (found.length === 0) {
    return asExpected('NONE', 'nobody');
  }
  const said = found.map(({ subject, actions, binding }) => {
    const more = actions.length - ACTIONS;
    const what = actions.slice(0, ACTIONS).join(', ');
    return say('subjectMay', {
      subject,
      actions: more > 0 ? `${what} (+${more})` : what,
      binding,
    });
  });
  return told('FOUND', said, SHOWN);
}

/** By the list of ClusterRoleBindings: a view hands out another one when something has changed. */
const evaluated = new WeakMap<object, { of: RbacObjects; rbac: Rbac }>();

/** All roles and bindings of the cluster; evaluated once for all that ask. */
async function readRbac(view: ClusterView): Promise<Rbac> {
  const of = await known('Who may do what', read(view));
  const last = evaluated.get(of.clusterRoleBindings);
  const isSame =
    last &&
    (Object.keys(of) as (keyof RbacObjects)[]).every(
      key => of[key] === last.of[key],
    );
  if (isSame) {
    return last.rbac;
  }
  const rbac = new Rbac(of);
  evaluated.set(of.clusterRoleBindings, { of, rbac });
  return rbac;
}

async function read(
  view: ClusterView,
): Promise<RbacObjects | { problem: string }> {
  const kinds: Record<keyof RbacObjects, string> = {
    clusterRoles: 'ClusterRole',
    roles: 'Role',
    clusterRoleBindings: 'ClusterRoleBinding',
    roleBindings: 'RoleBinding',
  };
  const objects: Partial<RbacObjects> = {};
  const lists = await Promise.all(
    Object.entries(kinds).map(async ([key, kind]) => ({
      key,
      kind,
      seen: await view.list({ apiVersion: API, kind }),
    })),
  );
  for (const { key, kind, seen } of lists) {
    if ('problem' in seen) {
      return { problem: `${kind}s: ${seen.problem}` };
    }
    objects[key as keyof RbacObjects] = seen.items;
  }
  return objects as RbacObjects;
}

async function review(
  { user, groups }: Requester,
  { verb, group, resource, subresource }: Action,
  namespace: string,
  { cluster, signal }: Round,
): Promise<boolean> {
  const { status, body } = await cluster.kubernetes.create<any>(
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user,
        groups,
        resourceAttributes: { namespace, verb, group, resource, subresource },
      },
    },
    { signal },
  );
  if (status >= 300 || typeof body.status?.allowed !== 'boolean') {
    throw new Error(
      `The API server gave no review: ${body.message ?? `HTTP ${status}`}`,
    );
  }
  return body.status.allowed;
}
