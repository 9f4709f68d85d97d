import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { labPaths, VAULT_ADDR } from '../../lab/src/index.ts';

const run = promisify(execFile);

/** The lab's kubectl, with every right. */
export async function kubectl(...args: string[]): Promise<string> {
  const { adminKubeconfig, binDir } = labPaths();
  const { stdout } = await run(join(binDir, 'kubectl'), args, {
    env: { ...process.env, KUBECONFIG: adminKubeconfig },
  });
  return stdout;
}

/** The lab's vault, with its root token. */
async function vault(...args: string[]): Promise<string> {
  const { binDir, vaultInit } = labPaths();
  const { rootToken } = JSON.parse(await readFile(vaultInit, 'utf8'));
  const { stdout } = await run(join(binDir, 'vault'), args, {
    env: { ...process.env, VAULT_ADDR, VAULT_TOKEN: rootToken },
  });
  return stdout;
}

/** A tenant's secrets, as Vault has them. */
export async function vaultSecrets(namespace: string): Promise<string[]> {
  const path = `secret/${namespace}`;
  const answer = await vault('kv', 'get', '-format=json', path);
  const values: string[] = Object.values(JSON.parse(answer).data.data);
  // The e-mail address is no secret.
  return values.filter(value => !value.includes('@'));
}

/** What a quota allows, by resource. */
export async function quotaOf(
  namespace: string,
): Promise<Record<string, string>> {
  const quota = ['get', 'resourcequota', 'tenant-quota', '-n', namespace];
  return JSON.parse(await kubectl(...quota, '-o', 'json')).spec.hard;
}

/** What the cluster and Vault still hold of a tenant. */
export async function leftOf(
  tenant: string,
  namespace: string,
): Promise<string[]> {
  const namespaces = await kubectl('get', 'namespaces', '-o', 'name');
  const lists = await Promise.all(
    ['sys/policies/acl', 'auth/kubernetes/role', 'secret/metadata'].map(
      async path => {
        const keys: string[] = JSON.parse(
          await vault('list', '-format=json', path),
        );
        return keys.map(key => `${path}/${key}`);
      },
    ),
  );
  return [...namespaces.trim().split('\n'), ...lists.flat()].filter(
    object =>
      object.endsWith(`/${namespace}`) || object.endsWith(`/tenant-${tenant}`),
  );
}
