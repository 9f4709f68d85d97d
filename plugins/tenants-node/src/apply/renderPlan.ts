import { stringify } from 'yaml';
import { TenantPlan } from '../plan/types';

/**
 * A plan as files for a pull request: YAML a stage, HCL for Vault's policy and
 * JSON for its role. The same plan gives the same bytes.
 *
 * @returns file contents by path
 * @public
 */
export function renderPlan(plan: TenantPlan): Record<string, string> {
  const files: Record<string, string> = {};
  plan.stages.forEach((stage, index) => {
    const objects = stage.resources.flatMap(r =>
      r.type === 'kubernetes' ? [r.object] : [],
    );
    if (objects.length > 0) {
      const number = String((index + 1) * 10);
      files[`kubernetes/${number}-${stage.name}.yaml`] = objects
        .map(object => stringify(object, { lineWidth: 0 }))
        .join('---\n');
    }
    for (const resource of stage.resources) {
      if (resource.type === 'vault' && !resource.given) {
        const { policy } = resource.body;
        const name = resource.path.split('/').pop()!;
        if (typeof policy === 'string') {
          files[`vault/policies/${name}.hcl`] = policy;
        } else {
          files[`vault/roles/${name}.json`] = `${JSON.stringify(
            resource.body,
            undefined,
            2,
          )}\n`;
        }
      }
    }
  });
  return files;
}
