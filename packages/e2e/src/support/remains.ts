import {
  Cluster,
  TenantNames,
} from '@threewalls/backstage-plugin-tenants-node';

/** What there is of a tenant, with an administrator's eyes. */
export interface Remains {
  namespace: boolean;
  /** Objects in the namespace that a tenant brings, such as `pods n8n-0` */
  objects: string[];
  /** Paths in Vault that exist */
  vault: string[];
  /** Whether Vault knows who logged in as the tenant */
  entity: boolean;
  /** Volumes that are bound to a claim of the namespace */
  volumes: string[];
}

const COLLECTIONS = [
  ['/api/v1', 'persistentvolumeclaims'],
  ['/api/v1', 'pods'],
  ['/api/v1', 'resourcequotas'],
  ['/api/v1', 'secrets'],
  ['/apis/apps/v1', 'deployments'],
  ['/apis/cilium.io/v2', 'ciliumnetworkpolicies'],
  ['/apis/external-secrets.io/v1', 'externalsecrets'],
  ['/apis/external-secrets.io/v1', 'secretstores'],
  ['/apis/networking.k8s.io/v1', 'networkpolicies'],
];

/** UID of the tenant's ServiceAccount that logs in: Vault's alias of it. */
export async function loginUid(
  { namespace, loginServiceAccount }: TenantNames,
  { kubernetes }: Cluster,
): Promise<string> {
  const account = await kubernetes.get({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace,
    name: loginServiceAccount,
  });
  return String(account?.metadata.uid);
}

export async function remainsOf(
  names: TenantNames,
  uid: string,
  { kubernetes, vault }: Cluster,
): Promise<Remains> {
  const list = async (path: string) =>
    (await kubernetes.expect<any>({ method: 'GET', path })).items as any[];
  const { namespace } = names;
  const objects: string[] = [];
  for (const [api, kind] of COLLECTIONS) {
    const items = await list(`${api}/namespaces/${namespace}/${kind}`);
    objects.push(...items.map(({ metadata }) => `${kind} ${metadata.name}`));
  }
  const volumes = (await list('/api/v1/persistentvolumes')).filter(
    ({ spec, status }) =>
      status.phase === 'Bound' && spec.claimRef?.namespace === namespace,
  );
  const paths = [
    `sys/policies/acl/${names.vaultPolicy}`,
    `auth/kubernetes/role/${names.vaultRole}`,
    `secret/metadata/${names.kvPath}`,
  ];
  const found = await Promise.all(paths.map(path => vault.read(path)));
  const mounts = await vault.expect('GET', 'sys/auth');
  const entity = await vault.request('POST', 'identity/lookup/entity', {
    alias_name: uid,
    alias_mount_accessor: mounts['kubernetes/'].accessor,
  });
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  return {
    namespace: Boolean(await kubernetes.get(ref)),
    objects,
    vault: paths.filter((_, i) => found[i]),
    entity: Boolean(entity.data),
    volumes: volumes.map(({ metadata }) => metadata.name),
  };
}
