import { PlanContext } from './context';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';
import { VAULT_AUDIENCE } from './vault';

/** Name of the SecretStore. */
export const SECRET_STORE = 'vault';

/** ServiceAccounts: one that logs in to Vault, and n8n's own without a token. */
export function planServiceAccounts(
  context: Pick<PlanContext, 'spec' | 'names'>,
): KubernetesResource[] {
  const { loginServiceAccount, workloadServiceAccount } = context.names;
  return [loginServiceAccount, workloadServiceAccount].map(name =>
    tenantObject(context, 'secret', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      name,
      automountServiceAccountToken: false,
    }),
  );
}

/**
 * The SecretStore. It names the ServiceAccount that it logs in as: without one
 * External Secrets logs in as itself.
 */
export function planStore(context: PlanContext): KubernetesResource {
  const { vault } = context.cluster;
  return tenantObject(context, 'secret', {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    name: SECRET_STORE,
    spec: {
      provider: {
        vault: {
          server: vault.inClusterAddress,
          path: vault.kvMount,
          version: 'v2',
          ...(vault.namespace && { namespace: vault.namespace }),
          ...(vault.caData && {
            caBundle: Buffer.from(vault.caData).toString('base64'),
          }),
          auth: {
            kubernetes: {
              mountPath: vault.authMount,
              role: context.names.vaultRole,
              serviceAccountRef: {
                name: context.names.loginServiceAccount,
                audiences: [VAULT_AUDIENCE],
              },
            },
          },
        },
      },
    },
  });
}

/** The ExternalSecret that brings the workload's own settings from Vault. */
export function planExternalSecret(context: PlanContext): KubernetesResource {
  const { kvPath } = context.names;
  const { name, seed } = context.workload;
  return tenantObject(context, 'secret', {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { kind: 'SecretStore', name: SECRET_STORE },
      target: { name, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      data: seed.map(field => ({
        secretKey: field.name,
        remoteRef: { key: kvPath, property: field.name },
      })),
    },
  });
}
