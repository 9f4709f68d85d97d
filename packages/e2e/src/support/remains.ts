import { RemovalCertificate } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  TenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { refOf } from './lab';

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

/** What is left of a tenant that is removed, but for volumes that are retained. */
export const NOTHING: Remains = {
  namespace: false,
  objects: [],
  vault: [],
  entity: false,
  volumes: [],
};

/** What a removal does, in its order. */
export const REMOVAL = [
  'No pod is left',
  'No Vault token of the tenant works',
  'No ExternalSecret is left',
  'The KV entry is destroyed',
  'The namespace is gone',
  'Volumes are gone, or named',
  'Nothing else is left',
];

/** What a certificate says of a tenant with the small n8n, wherever its removal was cut off. */
export const CERTIFIED = {
  steps: REMOVAL,
  named: [
    'Deployment n8n',
    'ExternalSecret n8n',
    'Namespace web-tenant-NAME (UID …)',
    'PersistentVolume … of claim n8n-data',
    'SecretStore vault',
    'Vault KV secret/web-tenant-NAME',
    'Vault entity …',
    'Vault policy tenant-NAME',
    'Vault role tenant-NAME',
  ],
};

/** What a certificate says, without what differs between two tenants. */
export function certified({
  tenant,
  steps,
  removed,
  kept,
}: RemovalCertificate): typeof CERTIFIED {
  // The lab takes a volume back as soon as it is released.
  const all = [...removed, ...kept.map(text => text.split(': ')[0])];
  const named = all
    // Its Deployment takes a pod along: whether it was seen is up to the moment.
    .filter(what => !what.startsWith('Pod '))
    .map(what =>
      what
        .replace(/(?<=^(PersistentVolume|Vault entity) )\S+/, '…')
        .replace(/(?<=UID )[^)]+/, '…')
        .replaceAll(tenant, 'NAME'),
    );
  return {
    steps: steps.map(({ step }) => step),
    named: [...new Set(named)].sort(),
  };
}

/** UID of the tenant's ServiceAccount that logs in: Vault's alias of it. */
export async function loginUid(
  { namespace, loginServiceAccount }: TenantNames,
  { kubernetes }: Cluster,
): Promise<string> {
  const ref = refOf('ServiceAccount', loginServiceAccount, namespace);
  const account = await kubernetes.get(ref);
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
  return {
    namespace: Boolean(await kubernetes.get(refOf('Namespace', namespace))),
    objects,
    vault: paths.filter((_, i) => found[i]),
    entity: Boolean(entity.data),
    volumes: volumes.map(({ metadata }) => metadata.name),
  };
}
