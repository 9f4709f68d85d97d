import { FIELD_MANAGER } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  TenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { refOf } from './support/lab';

/** What a tenant consists of, and what its controllers make of that. */
const COLLECTIONS = [
  ['/api/v1', 'limitranges'],
  ['/api/v1', 'persistentvolumeclaims'],
  ['/api/v1', 'resourcequotas'],
  ['/api/v1', 'secrets'],
  ['/api/v1', 'serviceaccounts'],
  ['/api/v1', 'services'],
  ['/apis/apps/v1', 'deployments'],
  ['/apis/cilium.io/v2', 'ciliumnetworkpolicies'],
  ['/apis/external-secrets.io/v1', 'externalsecrets'],
  ['/apis/external-secrets.io/v1', 'secretstores'],
  ['/apis/networking.k8s.io/v1', 'networkpolicies'],
  ['/apis/rbac.authorization.k8s.io/v1', 'rolebindings'],
];

/** Fields that differ between any two tenants: who, when, where, and random values. */
const FLEETING = new Set([
  'clusterIP',
  'clusterIPs',
  'creationTimestamp',
  'resourceVersion',
  'time',
  'uid',
  'volumeName',
  // Hashes of secret values and of a uid, by External Secrets
  'reconcile.external-secrets.io/created-by',
  'reconcile.external-secrets.io/data-hash',
]);

/**
 * Everything of a tenant in the cluster and in Vault, with an administrator's
 * eyes, so that two tenants who were made alike are equal: names replaced, and
 * of secret values their names alone.
 */
export async function tenantObjects(
  name: string,
  names: TenantNames,
  { kubernetes, vault }: Cluster,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const add = (id: string, object: any) => {
    found[id.replaceAll(name, 'NAME')] = normalised(object, name);
  };
  add('Namespace', await kubernetes.get(refOf('Namespace', names.namespace)));
  for (const [api, kind] of COLLECTIONS) {
    const path = `${api}/namespaces/${names.namespace}/${kind}`;
    const { items } = await kubernetes.expect({ method: 'GET', path });
    for (const item of items) {
      const data = item.data && Object.keys(item.data).sort();
      add(`${kind} ${item.metadata.name}`, { ...item, data });
    }
  }
  for (const path of [
    `sys/policies/acl/${names.vaultPolicy}`,
    `auth/kubernetes/role/${names.vaultRole}`,
  ]) {
    add(path, await vault.read(path));
  }
  const entry = await vault.read(`secret/data/${names.kvPath}`);
  add('KV entry', {
    keys: Object.keys(entry.data).sort(),
    // One that was written twice has another encryption key than n8n knows.
    version: entry.metadata.version,
  });
  return found;
}

function normalised(object: any, name: string): unknown {
  const { status: _, metadata, ...rest } = object;
  // Who owns which field matters where it is us: the others come and go.
  const managedFields = metadata?.managedFields?.filter(
    (entry: { manager: string }) => entry.manager === FIELD_MANAGER,
  );
  const text = JSON.stringify(
    { ...rest, ...(metadata && { metadata: { ...metadata, managedFields } }) },
    (key, value) => (FLEETING.has(key) ? undefined : value),
  );
  return JSON.parse(text.replaceAll(name, 'NAME'));
}
