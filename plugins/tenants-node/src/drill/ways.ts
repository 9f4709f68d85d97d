import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients';
import { refOf } from '../clients/kinds';
import { plannedObjects, plannedResources } from '../plan/planned';
import { KubernetesObject, TenantPlan, VaultResource } from '../plan/types';

/** A known way to break a wall, with nothing but the portal's own rights. */
export interface Way {
  wall: Wall;
  /** What is done, as it is recorded */
  title: string;
  /** Checks whose receipts have to be breached then, each of them */
  checks: string[];
  /** Whether it works where an administrator has written the tenants' policy */
  needsOwnPolicy?: boolean;
  /** Breaks the wall of the first of the pair */
  apply(pair: [TenantPlan, TenantPlan], cluster: Cluster): Promise<unknown>;
}

const POLICY_KINDS = ['NetworkPolicy', 'CiliumNetworkPolicy'];
/** Name of what is added. */
const ADDED = 'drill';
/** Far more than any quota of a tenant's. */
const MUCH = { cpu: '1k', memory: '512Gi' };

/** A policy that lets everything through in one direction. */
function open(direction: 'Ingress' | 'Egress'): Way['apply'] {
  return ([{ names }], { kubernetes }) =>
    kubernetes
      .apply(
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { namespace: names.namespace, name: ADDED },
          spec: {
            podSelector: {},
            policyTypes: [direction],
            [direction.toLowerCase()]: [{}],
          },
        },
        { force: true },
      )
      .then(expectOk);
}

function way(wall: Wall, title: string, how: Omit<Way, 'wall' | 'title'>): Way {
  return { wall, title, ...how };
}

/**
 * What a drill chooses from. Nothing of it gives anybody a right over anything but
 * the sacrificial pair, and each is seen by an attempt as well as by a comparison:
 * a pod that lies is found as much as a comparison that doesn't compare.
 */
export const WAYS: Way[] = [
  way('network', 'its policies were deleted', {
    checks: ['net.canary-egress', 'net.canary-ingress', 'net.as-planned'],
    apply: ([a], cluster) =>
      Promise.all(
        plannedObjects(a, ...POLICY_KINDS).map(object =>
          remove(object, cluster),
        ),
      ),
  }),
  way('network', 'another policy lets everything out', {
    checks: ['net.canary-egress', 'net.no-widening'],
    apply: open('Egress'),
  }),
  way('network', 'another policy lets everybody in', {
    checks: ['net.canary-ingress', 'net.no-widening'],
    apply: open('Ingress'),
  }),
  way('secret', 'its Vault policy reads the other one’s entry', {
    checks: ['sec.neighbour-data', 'sec.as-planned'],
    needsOwnPolicy: true,
    apply: ([a, b], { config, vault }) => {
      const { path, body } = vaultObject(a, 'sys/policies/acl/');
      const entry = `${config.vault.kvMount}/data/${b.names.kvPath}`;
      const policy = `${body.policy}\npath "${entry}" {\n  capabilities = ["read"]\n}\n`;
      return vault.expect('PUT', path, { ...body, policy });
    },
  }),
  way('secret', 'its Vault role gives the other one’s policy', {
    checks: ['sec.token-policies', 'sec.neighbour-data', 'sec.as-planned'],
    needsOwnPolicy: true,
    apply: ([a, b], { vault }) => {
      const { path, body } = vaultObject(a, 'auth/');
      const token_policies = [a.names.vaultPolicy, b.names.vaultPolicy];
      return vault.expect('PUT', path, { ...body, token_policies });
    },
  }),
  way('secret', 'the other one’s Vault role takes its ServiceAccount', {
    checks: ['sec.neighbour-role', 'sec.other-roles'],
    apply: ([a, b], { vault }) => {
      const { path, body } = vaultObject(b, 'auth/');
      const both = (pick: (plan: TenantPlan) => string) => [a, b].map(pick);
      return vault.expect('PUT', path, {
        ...body,
        bound_service_account_names: both(p => p.names.loginServiceAccount),
        bound_service_account_namespaces: both(p => p.names.namespace),
      });
    },
  }),
  way('secret', 'its Vault role takes tokens of any audience', {
    checks: ['sec.wrong-audience', 'sec.as-planned'],
    apply: ([a], { vault }) => {
      const { path, body } = vaultObject(a, 'auth/');
      return vault.expect('PUT', path, { ...body, audience: '' });
    },
  }),
  way('resource', 'its quota was deleted', {
    checks: ['res.quota-memory', 'res.quota-cpu', 'res.as-planned'],
    apply: ([a], cluster) => remove(quotaOf(a), cluster),
  }),
  way('resource', 'its quota was raised', {
    checks: ['res.quota-memory', 'res.quota-cpu', 'res.as-planned'],
    apply: ([a], { kubernetes }) => {
      const quota: any = structuredClone(quotaOf(a));
      for (const what of ['limits', 'requests']) {
        quota.spec.hard[`${what}.cpu`] = MUCH.cpu;
        quota.spec.hard[`${what}.memory`] = MUCH.memory;
      }
      return kubernetes.apply(quota, { force: true }).then(expectOk);
    },
  }),
  way('resource', 'its limits and its quota were deleted', {
    checks: ['res.container-max', 'res.init-container-max', 'res.as-planned'],
    apply: async ([a], cluster) => {
      await remove(quotaOf(a), cluster);
      await Promise.all(
        plannedObjects(a, 'LimitRange').map(object => remove(object, cluster)),
      );
    },
  }),
];

function quotaOf(plan: TenantPlan): KubernetesObject {
  return plannedObjects(plan, 'ResourceQuota').find(
    ({ metadata }) => metadata.name === 'tenant-quota',
  )!;
}

function vaultObject(plan: TenantPlan, prefix: string): VaultResource {
  return plannedResources(plan).find(
    (resource): resource is VaultResource =>
      resource.type === 'vault' && resource.path.startsWith(prefix),
  )!;
}

function remove(
  object: KubernetesObject,
  { kubernetes }: Cluster,
): Promise<void> {
  return kubernetes.delete(refOf(object));
}

function expectOk({ status, body }: { status: number; body?: any }): void {
  if (status >= 300) {
    throw new Error(`${status} ${body?.message ?? ''}`.trim());
  }
}
