import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints } from '../endpoints.ts';
import { readIfThere, writeAtomic } from '../files.ts';
import { writeKubeconfig } from '../node/kubeconfig.ts';
import { repoRoot, type LabPaths } from '../paths.ts';
import { until } from '../run.ts';
import type { KubeApi, KubeObject } from './api.ts';
import { applyFiles } from './kubectl.ts';
import { rootVault, Vault } from './vault.ts';

const NAME = 'threewalls-portal';
const NAMESPACE = 'threewalls-system';
const MANIFESTS = join(repoRoot, 'deploy', 'kubernetes');
const POLICY = join(repoRoot, 'deploy', 'vault', `${NAME}.hcl`);

/** What deploy/ lacks, if this checkout has no whole deploy/ yet. */
export function missingDeployFiles(): string | undefined {
  return [MANIFESTS, POLICY].find(path => !existsSync(path));
}

/** Installs deploy/ and leaves the portal's credentials in the state folder. */
export async function grantPortalAccess(api: KubeApi, paths: LabPaths) {
  mkdirSync(paths.portalDir, { recursive: true });
  chmodSync(paths.portalDir, 0o700);
  await applyFiles(paths, [MANIFESTS]);
  await Promise.all([
    kubernetesAccess(api, paths),
    grantVaultAccess(rootVault(paths), paths.portalDir),
  ]);
}

async function kubernetesAccess(api: KubeApi, paths: LabPaths) {
  // A token bound to a Secret does not expire, and goes when the Secret goes.
  const path = `/api/v1/namespaces/${NAMESPACE}/secrets/${NAME}-token`;
  await api.apply(path, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `${NAME}-token`,
      namespace: NAMESPACE,
      annotations: { 'kubernetes.io/service-account.name': NAME },
    },
    type: 'kubernetes.io/service-account-token',
  });
  const token = await until(
    `the token of ServiceAccount ${NAME}`,
    30,
    async () => (await api.get<KubeObject>(path)).data?.token,
  );
  writeKubeconfig(
    join(paths.portalDir, 'kubeconfig'),
    endpoints(paths).api,
    join(paths.state, 'pki', 'ca.crt'),
    { token: Buffer.from(token, 'base64').toString() },
  );
}

/**
 * Gives Vault the portal's policy and an AppRole that logs in with it.
 *
 * @param vault - of an administrator
 * @param folder - where `vault-role-id` and `vault-secret-id` are left
 */
export async function grantVaultAccess(vault: Vault, folder: string) {
  const policy = readFileSync(POLICY, 'utf8');
  await vault.call('PUT', `sys/policies/acl/${NAME}`, { policy });
  const methods = await vault.call('GET', 'sys/auth');
  if (!methods.data['approle/']) {
    await vault.call('POST', 'sys/auth/approle', { type: 'approle' });
  }
  const role = `auth/approle/role/${NAME}`;
  await vault.call('POST', role, {
    token_policies: [NAME],
    token_ttl: '20m',
    token_max_ttl: '4h',
    secret_id_ttl: '0',
    secret_id_num_uses: 0,
  });
  const { data } = await vault.call('GET', `${role}/role-id`);
  const secretFile = join(folder, 'vault-secret-id');
  writeAtomic(join(folder, 'vault-role-id'), data.role_id, 0o600);
  const known = readIfThere(secretFile);
  if (known && (await logsIn(vault, data.role_id, known))) return;
  const made = await vault.call('POST', `${role}/secret-id`);
  writeAtomic(secretFile, made.data.secret_id, 0o600);
}

function logsIn({ address }: Vault, roleId: string, secretId: string) {
  const body = { role_id: roleId, secret_id: secretId };
  const login = new Vault(address).call('POST', 'auth/approle/login', body);
  return login.then(
    () => true,
    () => false,
  );
}
