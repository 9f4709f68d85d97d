import {
  Stage,
  STAGES,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';

/** All but n8n, whose own start is not what is measured. */
export const BENCH_STAGES: Stage[] = STAGES.filter(s => s !== 'workload');

export type PlannedResource = TenantPlan['stages'][number]['resources'][number];

/** Values of a KV entry, made before the clock runs. */
export const SEED = {
  N8N_ENCRYPTION_KEY: 'a-key-of-the-benchmark',
  N8N_INSTANCE_OWNER_EMAIL: 'owner@bench.example.com',
  N8N_INSTANCE_OWNER_PASSWORD_HASH: 'a-hash-of-the-benchmark',
};

/** The resources of the measured stages, in their order. */
export function resourcesOf(plan: TenantPlan) {
  return plan.stages
    .filter(stage => BENCH_STAGES.includes(stage.name))
    .flatMap(({ name, resources }) =>
      resources.map(resource => ({ stage: name, resource })),
    );
}

export function policyOf(plan: TenantPlan): string {
  for (const { resource } of resourcesOf(plan)) {
    if (resource.type === 'vault' && 'policy' in resource.body) {
      return String(resource.body.policy);
    }
  }
  throw new Error('The plan has no Vault policy');
}
