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
import { planNamespace } from './namespace';
import { planNetwork } from './network';
import { planProofOnly } from './proofOnly';
import { planQuotas } from './quota';
import {
  planExternalSecret,
  planServiceAccounts,
  planStore,
  SECRET_STORE,
} from './secrets';
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

/** The stages of a tenant, whatever runs in it. */
export function planWith(context: PlanContext): TenantPlan {
  const { spec, names, workload } = context;
  const { namespace } = names;
  const extras = planExtras(context);
  return {
    spec,
    names,
    workload,
    stages: [
      {
        name: 'namespace',
        resources: [
          planNamespace(context, extras.namespace),
          ...planAccess(context),
        ],
        waits: [],
      },
      {
        name: 'walls',
        resources: [
          ...planNetwork(context),
          ...planQuotas(context),
          ...planVault(context),
        ],
        waits: [],
      },
      {
        name: 'identity',
        resources: [
          ...planServiceAccounts(context),
          planSeed(context, [
            planExternalSecret(context),
            ...(planWorkload(context).resources as KubernetesResource[]),
          ]),
        ],
        waits: [],
      },
      {
        name: 'store',
        resources: [planStore(context)],
        waits: [
          {
            for: `SecretStore ${SECRET_STORE} to be Ready`,
            object: {
              apiVersion: 'external-secrets.io/v1',
              kind: 'SecretStore',
              namespace,
              name: SECRET_STORE,
            },
            condition: 'Ready',
            timeoutMs: 60_000,
          },
        ],
      },
      {
        name: 'secret',
        resources: [planExternalSecret(context), ...extras.resources],
        waits: [
          {
            for: `ExternalSecret ${workload.name} to be synced`,
            object: {
              apiVersion: 'external-secrets.io/v1',
              kind: 'ExternalSecret',
              namespace,
              name: workload.name,
            },
            condition: 'Ready',
            timeoutMs: 60_000,
          },
        ],
      },
      planWorkload(context),
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
