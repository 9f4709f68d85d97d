import { setTimeout as sleep } from 'node:timers/promises';
import { Tenant, Wall } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  objectPath,
  TenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { Replica } from './replicasPortal';
import {
  ALL_OUT,
  bindingOf,
  create,
  merge,
  objectOf,
  RBAC,
  refOf,
} from './support/lab';

/** Name of what is added. */
const ADDED = 'detection-test';
/** Milliseconds between two looks at the API, where others do not say how often. */
const LOOK_MS = 25;

/** Something that somebody does to a tenant, by which a wall is breached. */
export interface Breach {
  title: string;
  wall: Wall;
  by: 'kubernetes' | 'vault';
  do(): Promise<unknown>;
  /** Removes what was added; the rest a restore puts back */
  undo?(): Promise<unknown>;
}

/** What can be done to a tenant with every right, one kind of thing each. */
export function breachesOf(
  { namespace, vaultRole, vaultPolicy }: TenantNames,
  { kubernetes, vault, config }: Cluster,
): Breach[] {
  const own = (kind: string, name: string) => refOf(kind, name, namespace);
  const patch = (kind: string, name: string, body: object) =>
    merge(kubernetes, objectPath(own(kind, name)), body, 'kubectl-edit');
  const isolation = ['NetworkPolicy', 'tenant-isolation'] as const;
  const added = (kind: string, spec: object) => ({
    do: () =>
      create(kubernetes, objectOf(kind, { name: ADDED, namespace }, { spec })),
    undo: () => kubernetes.delete(own(kind, ADDED)),
  });
  const bound = (name: string, role: string, where?: string) => {
    const anyone = { apiGroup: RBAC, kind: 'User', name: 'mallory' };
    const binding = bindingOf(name, role, anyone, where);
    return {
      do: () => create(kubernetes, binding),
      undo: () => kubernetes.delete(refOf(binding.kind, name, where)),
    };
  };
  const { authMount, kvMount } = config.vault;
  const role = `auth/${authMount}/role/${vaultRole}`;
  const breaches: (Omit<Breach, 'by'> & Partial<Breach>)[] = [
    {
      title: 'its policy is deleted',
      wall: 'network',
      do: () => kubernetes.delete(own(...isolation)),
    },
    {
      title: 'its policy lets everybody in',
      wall: 'network',
      do: () => patch(...isolation, { spec: { ingress: [{}] } }),
    },
    {
      title: 'another policy lets everything out',
      wall: 'network',
      ...added('NetworkPolicy', ALL_OUT),
    },
    {
      title: 'its quota is raised',
      wall: 'resource',
      do: () =>
        patch('ResourceQuota', 'tenant-quota', {
          spec: { hard: { pods: '100' } },
        }),
    },
    {
      title: 'its limits are deleted',
      wall: 'resource',
      do: () => kubernetes.delete(own('LimitRange', 'tenant-limits')),
    },
    {
      title: 'PodSecurity is lowered',
      wall: 'resource',
      do: () =>
        patch('Namespace', namespace, {
          metadata: {
            labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
          },
        }),
    },
    {
      title: 'another user becomes admin in its namespace',
      wall: 'secret',
      ...bound(ADDED, 'admin', namespace),
    },
    {
      title: 'another user may edit everything in the cluster',
      wall: 'secret',
      ...bound(`${ADDED}-${namespace}`, 'edit'),
    },
    {
      title: 'another key is fetched for it',
      wall: 'secret',
      ...added('ExternalSecret', {
        refreshInterval: '0',
        secretStoreRef: { kind: 'SecretStore', name: 'vault' },
        target: { name: ADDED },
        data: [{ secretKey: 'a', remoteRef: { key: 'a', property: 'a' } }],
      }),
    },
    {
      title: 'its role in Vault takes everybody',
      wall: 'secret',
      by: 'vault',
      do: async () => {
        const live = await vault.read(role);
        await vault.expect('POST', role, {
          ...live,
          bound_service_account_namespaces: ['*'],
        });
      },
    },
    {
      title: 'its policy in Vault reads everything',
      wall: 'secret',
      by: 'vault',
      do: () =>
        vault.expect('PUT', `sys/policies/acl/${vaultPolicy}`, {
          policy: `path "${kvMount}/*" { capabilities = ["read"] }`,
        }),
    },
  ];
  return breaches.map(breach => ({ by: 'kubernetes', ...breach }));
}

/** A tenant as the API shows it, as soon as it is as it should be. */
export async function untilTenant(
  api: Pick<Replica, 'get'>,
  name: string,
  isSo: (tenant: Tenant) => boolean,
  seconds: number,
  lookMs: number = LOOK_MS,
): Promise<{ tenant: Tenant; ms: number }> {
  const begun = performance.now();
  for (;;) {
    const tenant: Tenant = await api.get(`/tenants/${name}`);
    const ms = performance.now() - begun;
    if (isSo(tenant)) {
      return { tenant, ms };
    }
    if (ms > seconds * 1000) {
      throw new Error(
        `${name} after ${seconds} s: ${JSON.stringify(tenant.walls)}`,
      );
    }
    await sleep(lookMs);
  }
}

/** The status of a wall of a tenant as the API shows it. */
export function statusOf(tenant: Tenant, wall: Wall): string | undefined {
  return tenant.walls.find(w => w.wall === wall)?.status;
}
