import { parseEntityRef } from './entityRef';
import { Platform } from '../platform';
import { TenantNames } from './types';

/** Name of n8n's Service, Deployment, Secret and own ServiceAccount. */
export const N8N = 'n8n';

/**
 * Every name that a tenant goes by.
 *
 * @public
 */
export function tenantNames(
  name: string,
  owner: string,
  platform: Pick<Platform, 'naming' | 'owners'>,
): TenantNames {
  return {
    namespace: `${platform.naming.namespacePrefix}${name}`,
    loginServiceAccount: `n8n-${name}`,
    workloadServiceAccount: N8N,
    vaultPolicy: `tenant-${name}`,
    vaultRole: `tenant-${name}`,
    kvPath: `${platform.naming.kvPrefix}${name}`,
    ownerGroup: ownerGroup(owner, platform.owners.kubernetesGroup),
  };
}

/** The Kubernetes group of an owner, from config's template. */
function ownerGroup(owner: string, template: string): string {
  const ref = parseEntityRef(owner);
  return template.replace(
    /\{\{\s*(kind|namespace|name)\s*\}\}/g,
    (_, field: 'kind' | 'namespace' | 'name') => ref[field],
  );
}
