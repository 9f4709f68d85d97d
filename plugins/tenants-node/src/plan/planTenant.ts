import { InputError } from '@backstage/errors';
import {
  isProofOnly,
  TenantSpec,
  tenantNameProblem,
  tenantSpecSchema,
} from '@threewalls/backstage-plugin-tenants-common';
import { Platform } from '../config/platform';
import { planAccess } from './access';
import { PlanContext } from './context';
import { checkEgress } from './egress';
import { planExtras } from './extras';
import { n8n } from './n8n';
import { tenantNames } from './names';
import { stage, waitFor } from './objects';
import { planNamespace } from './namespace';
import { planNetwork } from './network';
import { planProofOnly } from './proofOnly';
import { planQuotas } from './quota';
import { planExternalSecret, planServiceAccounts, planStore } from './secrets';
import { KubernetesResource, TenantPlan } from './types';
import { planSeed, planVault } from './vault';
import { planWorkload } from './workload';

/**
 * What a tenant consists of: pure, and the one place that knows.
 *
 * @throws InputError when the spec can't be a tenant of this platform
 * @public
 */
export function planTenant(input: TenantSpec, platform: Platform): TenantPlan {
  return isProofOnly(input)
    ? planDeclared(input, platform)
    : planWith(planContext(input, platform));
}

function planDeclared(
  { name, cluster }: TenantSpec,
  platform: Platform,
): TenantPlan {
  const profile = platform.clusters.find(c => c.name === cluster);
  const declared = profile?.proofOnly.find(one => one.name === name);
  if (!profile || !declared) {
    throw new InputError(
      `No tenant ${name} is declared as proofOnly of cluster ${cluster}`,
    );
  }
  return planProofOnly(declared, profile);
}

const READY = { condition: 'Ready', timeoutMs: 60_000 };

/** The stages of a tenant, whatever runs in it. */
export function planWith(context: PlanContext): TenantPlan {
  const { spec, names, workload } = context;
  const extras = planExtras(context);
  const store = planStore(context);
  const secret = planExternalSecret(context);
  const last = planWorkload(context);
  return {
    spec,
    names,
    workload,
    stages: [
      stage('namespace', [
        planNamespace(context, extras.namespace),
        ...planAccess(context),
      ]),
      stage('walls', [
        ...planNetwork(context),
        ...planQuotas(context),
        ...planVault(context),
      ]),
      stage('identity', [
        ...planServiceAccounts(context),
        planSeed(context, [
          secret,
          ...(last.resources as KubernetesResource[]),
        ]),
      ]),
      stage('store', [store], [waitFor(store, 'to be Ready', READY)]),
      stage(
        'secret',
        [secret, ...extras.resources],
        [waitFor(secret, 'to be synced', READY)],
      ),
      last,
    ],
  };
}

function planContext(input: TenantSpec, platform: Platform): PlanContext {
  const parsed = tenantSpecSchema.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue =>
      [issue.path.join('.'), issue.message].filter(Boolean).join(': '),
    );
    throw new InputError(problems.join('; '));
  }
  const spec = parsed.data;
  const { namespacePrefix } = platform.naming;
  const problem = tenantNameProblem(spec.name, namespacePrefix);
  if (problem) {
    throw new InputError(problem);
  }
  const cluster = platform.clusters.find(c => c.name === spec.cluster);
  if (!cluster) {
    throw new InputError(
      `No cluster ${spec.cluster} is configured under tenants.clusters`,
    );
  }
  const size = Object.hasOwn(cluster.sizes, spec.size)
    ? cluster.sizes[spec.size]
    : undefined;
  if (!size) {
    throw new InputError(
      `There is no size ${spec.size}; there is ${Object.keys(
        cluster.sizes,
      ).join(', ')}`,
    );
  }
  checkEgress(spec, cluster);
  const names = tenantNames(spec.name, spec.owner, platform, cluster);
  return { spec, names, cluster, size, workload: n8n };
}
