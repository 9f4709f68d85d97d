import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { labState, VAULT_ADDR, vaultKeys } from '../src/support/lab';
import { policyOf, resourcesOf, SEED } from './tenant';

const run = promisify(execFile);
const bin = join(labState, 'bin');
const folder = mkdtempSync(join(tmpdir(), 'threewalls-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const env = {
  ...process.env,
  KUBECONFIG: join(labState, 'admin.kubeconfig'),
  VAULT_ADDR,
  VAULT_TOKEN: vaultKeys().rootToken,
};

/** A command as somebody would type it, with its files written before. */
export type Command = [program: 'kubectl' | 'vault', ...args: string[]];

/** Runs commands one after another. */
export async function runAll(commands: Command[]): Promise<void> {
  for (const [program, ...args] of commands) {
    await run(join(bin, program), args, { env });
  }
}

/** The starting document's way: eight calls, five of kubectl and three of vault. */
export function eightCalls(plan: TenantPlan): Command[] {
  const file = (name: string, kinds: string[]) =>
    apply(plan, name, kind => kinds.includes(kind));
  return [
    file('namespace', ['Namespace', 'RoleBinding']),
    file('network', ['NetworkPolicy', 'CiliumNetworkPolicy']),
    file('quota', ['ResourceQuota', 'LimitRange']),
    file('account', ['ServiceAccount']),
    ...vaultCalls(plan),
    file('store', ['SecretStore', 'ExternalSecret']),
  ];
}

/** One kubectl for all objects, and the three calls of vault. */
export function oneApply(plan: TenantPlan): Command[] {
  return [apply(plan, 'all', () => true), ...vaultCalls(plan)];
}

function apply(
  plan: TenantPlan,
  name: string,
  which: (kind: string) => boolean,
): Command {
  const items = resourcesOf(plan).flatMap(({ resource }) =>
    resource.type === 'kubernetes' && which(resource.object.kind)
      ? [resource.object]
      : [],
  );
  const path = join(folder, `${plan.spec.name}-${name}.json`);
  writeFileSync(path, items.map(item => JSON.stringify(item)).join('\n'));
  return ['kubectl', 'apply', '-f', path];
}

function vaultCalls(plan: TenantPlan): Command[] {
  const { names } = plan;
  const policy = join(folder, `${plan.spec.name}.hcl`);
  writeFileSync(policy, policyOf(plan));
  const role = `auth/kubernetes/role/${names.vaultRole}`;
  const entry = `secret/${names.kvPath}`;
  const seed = Object.entries(SEED).map(([key, value]) => `${key}=${value}`);
  return [
    ['vault', 'policy', 'write', names.vaultPolicy, policy],
    [
      ...(['vault', 'write', role] as const),
      `bound_service_account_names=${names.loginServiceAccount}`,
      `bound_service_account_namespaces=${names.namespace}`,
      'audience=vault',
      `policies=${names.vaultPolicy}`,
      'ttl=10m',
    ],
    ['vault', 'kv', 'put', entry, ...seed],
  ];
}
